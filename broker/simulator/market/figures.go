package market

// The synthetic market is calibrated to one month of one-minute candles of a BTC perpetual
// (January 2022, 45,031 minutes, a lively month that fell 17 %). Its figures, of log returns:
//
//	standard deviation 0.0988 %, kurtosis 26.3
//	autocorrelation of |returns| at lag 1, 5, 15, 60, 1440: 0.325, 0.252, 0.227, 0.175, 0.082
//	autocorrelation of returns about 0; (high - low) / open 0.1153 % on average
//	volume mean 2,663,129 and median 1,284,481 USD, correlation of its log with the range 0.67
const (
	minuteDeviation = 0.000988
	medianVolume    = 1_284_481.0 // USD a minute
)

// volatilityFactors make the clustering: the logarithm of a minute's volatility is the sum of
// normal factors that each stay the same for so many minutes. The variances are those that give
// the autocorrelations above when log volatility is normal: their sum, 0.54, gives the kurtosis.
var volatilityFactors = []struct {
	minutes   int64
	deviation float64 // square root of the variance
}{
	{1, 0.2739},     // 0.075
	{4, 0.3050},     // 0.093
	{30, 0.2720},    // 0.074
	{240, 0.3847},   // 0.148
	{10_080, 0.387}, // 0.150
}

// logVolatilityVariance is the sum of the factors' variances.
const logVolatilityVariance = 0.54

// Volume: its log follows log volatility with this slope, and has noise of its own.
const (
	volumeSlope = 1.1
	volumeNoise = 0.894 // square root of 0.8
)

// Day to day, the log price returns to its base: it keeps this share of its distance a day, and a
// month's wander has a standard deviation of about 15 %.
const (
	dayMemory    = 0.97
	dayDeviation = 0.0375 // a minute's deviation times the root of 1440
	dayTerms     = 96
)

// The perpetual's premium over its index: a slow part that mark price follows, and a quick one.
const (
	slowPremium  = 0.0002   // standard deviation, a new value each hour
	quickPremium = 0.000025 // standard deviation, a new value each minute
)

// coin is one synthetic index.
type coin struct {
	base   float64 // USD at log price 0
	scale  float64 // volatility against BTC's
	common float64 // share of its moves that are BTC's, as a correlation
	own    float64 // square root of 1 - common squared
}

var coins = map[string]coin{
	"BTC": {95_000, 1, 1, 0},
	"ETH": {3_300, 1.25, 0.8, 0.6},
}
