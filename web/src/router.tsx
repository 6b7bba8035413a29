import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { queries } from './queries'
import { LoginPage } from './session/login-page'
import { RegisterPage } from './session/register-page'
import { SetupPage } from './session/setup-page'
import { useSession } from './session/store'
import { NotFound, Trouble } from './shell/trouble'
import { Shell } from './shell/shell'
import { readSearch } from './trades/filter'
import { TradingPage } from './trading/trading-page'

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

const signedIn = () => useSession.getState().status === 'signedIn'

interface After {
  /** Where the user wanted to go before signing in. */
  next?: string
}

/** Only a path of this page: never another site. */
const readAfter = (search: Record<string, unknown>): After =>
  typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {}

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: readAfter,
  beforeLoad: () => {
    if (signedIn()) throw redirect({ to: '/' })
  },
  component: LoginPage,
})

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  beforeLoad: () => {
    if (signedIn()) throw redirect({ to: '/' })
  },
  component: RegisterPage,
})

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: SetupPage,
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: ({ location }) => {
    if (!signedIn()) throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } })
  },
  component: Shell,
})

const trading = createRoute({ getParentRoute: () => shell, path: '/', component: TradingPage })

const trades = createRoute({
  getParentRoute: () => shell,
  path: '/trades',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./trades/trades-page'), 'TradesPage'),
})

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings-page'), 'SettingsPage'),
})

const adminOnly = () => {
  if (useSession.getState().user?.isAdmin !== true) throw redirect({ to: '/' })
}

const admin = createRoute({
  getParentRoute: () => shell,
  path: '/admin',
  beforeLoad: adminOnly,
  component: lazyRouteComponent(() => import('./admin/admin-page'), 'AdminPage'),
})

const actors = createRoute({
  getParentRoute: () => shell,
  path: '/admin/actors',
  beforeLoad: adminOnly,
  component: lazyRouteComponent(() => import('./admin/actors-page'), 'ActorsPage'),
})

const adminUser = createRoute({
  getParentRoute: () => shell,
  path: '/admin/users/$id',
  beforeLoad: adminOnly,
  component: lazyRouteComponent(() => import('./admin/user-page'), 'UserPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([login, register, setup, shell.addChildren([trading, trades, settings, admin, actors, adminUser])]),
  defaultErrorComponent: Trouble,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

// Whoever is signed out, anywhere and by whatever, leaves the pages of a signed-in user at once; and then nothing of
// one user stays for the next one at the same screen.
useSession.subscribe((now, before) => {
  if (now.status === before.status || before.status === 'starting') return
  void router.invalidate().then(() => {
    if (useSession.getState().status === 'anonymous') queries.clear()
  })
})
