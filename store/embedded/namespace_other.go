//go:build !linux

package embedded

// namespace exists on Linux only.
func namespace() (identity, bool) { return identity{}, false }
