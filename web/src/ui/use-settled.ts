import { useEffect, useState } from 'react'

/** The value once it has stayed the same for a moment: typing asks the server nothing letter by letter. */
export function useSettled<T>(value: T, milliseconds = 300): T {
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => settle(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}
