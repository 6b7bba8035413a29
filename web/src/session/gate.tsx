import { KeyRound, ShieldCheck, Sparkles } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Logo } from '@/shell/logo'
import { PreferenceMenus } from '@/shell/preference-menus'

/** The frame of every page before sign-in: what this is at one side, the form at the other. */
export function Gate({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <div className="grid min-h-dvh lg:grid-cols-[1.05fr_1fr]">
      <aside className="relative hidden flex-col justify-between overflow-hidden border-r border-line bg-panel p-12 lg:flex">
        <div aria-hidden className="pointer-events-none absolute -top-40 -left-40 size-[36rem] rounded-full bg-brand opacity-20 blur-[120px]" />
        <Logo />
        <div className="relative max-w-md">
          <p className="text-4xl leading-[1.1] font-semibold tracking-[-0.03em] text-strong">{t('auth.pitch')}</p>
          <ul className="mt-8 grid gap-5 text-[0.9375rem]">
            {(
              [
                [ShieldCheck, 'auth.pitchStop'],
                [Sparkles, 'auth.pitchPaper'],
                [KeyRound, 'auth.pitchOwn'],
              ] as const
            ).map(([Icon, key]) => (
              <li key={key} className="flex gap-3.5">
                <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-brand-text" />
                {t(key)}
              </li>
            ))}
          </ul>
        </div>
        <Candles />
      </aside>
      <div className="flex min-w-0 flex-col px-4 sm:px-8">
        <header className="flex items-center justify-between py-4 lg:justify-end">
          <div className="lg:hidden">
            <Logo />
          </div>
          <PreferenceMenus />
        </header>
        <main className="mx-auto grid w-full max-w-sm flex-1 content-center gap-6 py-8">
          <h1 className="text-2xl tracking-[-0.02em]">{title}</h1>
          {children}
        </main>
      </div>
    </div>
  )
}

const shape = [34, 28, 40, 36, 48, 44, 38, 52, 60, 54, 66, 62, 58, 72, 68, 80, 74, 88]

/** An ornament, not data. */
function Candles() {
  return (
    <svg aria-hidden viewBox="0 0 360 110" className="w-full opacity-70">
      {shape.map((height, index) => {
        const before = shape[index - 1] ?? 30
        const rising = height >= before
        const top = 100 - Math.max(height, before)
        return (
          <g key={height + index * 100} className={rising ? 'text-up' : 'text-down'} stroke="currentColor" fill="currentColor">
            <line x1={index * 20 + 10} x2={index * 20 + 10} y1={top - 6} y2={top + Math.abs(height - before) + 9} strokeWidth="1.2" />
            <rect x={index * 20 + 5.5} y={top} width="9" height={Math.max(3, Math.abs(height - before))} rx="1.5" stroke="none" />
          </g>
        )
      })}
    </svg>
  )
}
