// Runs before the first paint, so that a page never flashes in the wrong theme or language.
;(function () {
  var stored = {}
  try {
    stored = JSON.parse(localStorage.getItem('tradebaas.preferences') || '{}').state || {}
  } catch (e) {
    stored = {}
  }
  var root = document.documentElement
  var light = stored.theme === 'light' || (stored.theme === 'system' && matchMedia('(prefers-color-scheme: light)').matches)
  root.dataset.theme = light ? 'light' : 'dark'
  if (stored.language) root.lang = stored.language
})()
