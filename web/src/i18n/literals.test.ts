import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const files = Object.entries(import.meta.glob<string>('../**/*.tsx', { query: '?raw', import: 'default', eager: true }))

/** Attributes that a reader sees or hears. */
const spoken = new Set(['aria-label', 'aria-description', 'title', 'label', 'alt', 'placeholder', 'hint', 'description', 'action'])

/** Names of products and of currencies are the same in every language. */
const names = /\b(Tradebaas|Deribit|USDC?|BTC|ETH|CSV|JSON|UTC)\b/g

const words = (text: string) => /\p{L}{2,}/u.test(text.replaceAll(names, ''))

/** The texts of a file that no translation reaches. */
function literals(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX)
  const found: string[] = []
  const note = (node: ts.Node, text: string) => {
    if (words(text)) found.push(`${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${text.trim()}`)
  }
  const look = (node: ts.Node) => {
    if (ts.isJsxText(node)) note(node, node.text)
    if (ts.isJsxExpression(node) && node.expression !== undefined && ts.isStringLiteralLike(node.expression) && !ts.isJsxAttribute(node.parent)) note(node, node.expression.text)
    if (ts.isJsxAttribute(node) && spoken.has(node.name.getText()) && node.initializer !== undefined && ts.isStringLiteral(node.initializer)) note(node, node.initializer.text)
    ts.forEachChild(node, look)
  }
  look(file)
  return found
}

describe('every text of the page', () => {
  it('comes from the translations', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(files.flatMap(([name, source]) => literals(name, source))).toEqual([])
  })

  it('would be found if it did not', () => {
    const source = `const a = <p title="Not translated">Hello {'there'} <b>{t('app.close')}</b> 5 %</p>`
    expect(literals('x.tsx', source)).toEqual(['x.tsx:1 Not translated', 'x.tsx:1 Hello', 'x.tsx:1 there'])
  })
})
