package main

import "golang.org/x/sys/unix"

// raiseFileLimit lifts the soft limit of open files to the hard one: every user has a link to the
// exchange and every page a socket. It gives the limit now in force.
func raiseFileLimit() (uint64, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	limit.Cur = limit.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	return uint64(limit.Cur), nil
}
