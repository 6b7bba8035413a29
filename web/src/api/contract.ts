// Holds the types that the page is written with against the server's own OpenAPI document: a field that the server
// does not send, or sends as something else, fails the build here. Nothing of this file is in the page.
import type * as account from './account'
import type * as actors from './actors'
import type * as activity from './activity'
import type * as admin from './admin'
import type * as market from './market'
import type * as risk from './risk'
import type { components } from './schema'
import type * as session from './session'
import type * as strategy from './strategy'
import type * as trade from './trade'

type Server = components['schemas']

/** The same shape with every set of words widened to text: the document knows most words only as text. */
type Loose<T> = T extends string
  ? string
  : T extends readonly (infer Item)[]
    ? Loose<Item>[]
    : T extends object
      ? { [Name in keyof T]: Loose<T[Name]> }
      : T

/** Fails to compile when what the server sends is not what the page reads. */
type Holds<Sent extends Loose<Read>, Read> = [Sent, Read]

export type Contract = [
  Holds<Server['UserInfo'], session.User>,
  Holds<Server['SignInAnswer'], session.SignIn>,
  Holds<Server['SessionInfo'], session.Session>,
  Holds<Server['ConnectionStatus'], account.Connection>,
  Holds<Server['CredentialsInfo'], account.Credential>,
  Holds<Server['BalanceInfo'], account.Balance>,
  Holds<Server['PositionView'], account.Position>,
  Holds<Server['OrderView'], account.Order>,
  Holds<Server['Spec'], market.Instrument>,
  Holds<Server['Ticker'], market.Ticker>,
  Holds<Server['Candle'], market.Candle>,
  Holds<Omit<Server['StrategyInfo'], 'parameters' | 'presets'>, Omit<strategy.StrategyKind, 'parameters' | 'presets'>>,
  Holds<Omit<Server['StrategyStatus'], 'config'>, Omit<strategy.Strategy, 'config'>>,
  Holds<Omit<Server['StartPreview'], 'sides'>, Omit<strategy.StartPreview, 'sides'>>,
  Holds<Omit<Server['EntryPreview'], 'detail'>, Omit<strategy.EntryPreview, 'detail'>>,
  Holds<Omit<Server['Decision'], 'detail'>, Omit<strategy.Decision, 'detail'>>,
  Holds<Server['ClosePreview'], account.ClosePreview>,
  Holds<Server['TradeInfo'], trade.Trade>,
  Holds<Server['StatsInfo'], trade.TradeStats>,
  Holds<Server['FillInfo'], trade.Fill>,
  Holds<Omit<Server['Decision'], 'detail'>, Omit<trade.Decision, 'detail'>>,
  Holds<Server['DayResult'], trade.Day>,
  Holds<Server['EquityPoint'], trade.EquityPoint>,
  Holds<Server['Activity'], activity.Activity>,
  Holds<Server['AdminUser'], admin.AdminUser>,
  Holds<Server['Halt'], admin.Halt>,
  Holds<Server['UserViewAnswer'], admin.UserView>,
  Holds<Server['ScanAnswer'], admin.KeyScan>,
  Holds<Server['ActorsAnswer'], actors.Overview>,
  Holds<Server['Branch'], actors.Branch>,
  Holds<Server['KillStatus'], risk.KillSwitch>,
  Holds<Server['ScopedLimits'], risk.ScopedLimits>,
]
