/** The mark and the name. On a phone the name gives way. */
export function Logo({ short = false }: { short?: boolean }) {
  return (
    <span className="flex items-center gap-2.5">
      <svg aria-hidden viewBox="0 0 32 32" className="size-7 shrink-0">
        <rect width="32" height="32" rx="8" className="fill-brand" />
        <path d="M8 9.5h16M16 9.5V24" stroke="#fff" strokeWidth="3.4" strokeLinecap="round" />
        <path d="M8.8 21.5l4-4.2M23.2 15.2l-4 4.2" stroke="#a9c4ff" strokeWidth="2.4" strokeLinecap="round" />
      </svg>
      <span className={`text-[0.9375rem] font-semibold tracking-[-0.02em] text-strong ${short ? 'sr-only sm:not-sr-only' : ''}`}>Tradebaas</span>
    </span>
  )
}
