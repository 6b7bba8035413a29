package embedded

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// identity is who PostgreSQL's processes are. PostgreSQL refuses to run as root
// and as a user without a name, so in those cases it gets another one.
type identity struct {
	name       string
	attributes func() *syscall.SysProcAttr
	uid, gid   int // of the account, when switched
}

// switched says whether another account's files and rights are meant.
func (i identity) switched() bool { return i.uid != 0 }

// command prepares a program under the identity, in a session of its own so that
// a Ctrl-C meant for us does not reach it.
func (i identity) command(program string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(program, arguments...)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = i.attributes()
	cmd.SysProcAttr.Setsid = true
	return cmd
}

// own gives a path to the identity's account.
func (i identity) own(path string) error {
	if !i.switched() {
		return nil
	}
	if err := os.Chown(path, i.uid, i.gid); err != nil {
		return fmt.Errorf("give %s to %s: %w", path, i.name, err)
	}
	return nil
}

// reaches says whether the account can write below a directory of ours.
func (i identity) reaches(dir string) bool {
	probe := filepath.Join(dir, "probe")
	if os.Mkdir(probe, 0o700) != nil {
		return false
	}
	defer func() { _ = os.Remove(probe) }()
	return i.own(probe) == nil && i.command("/bin/sh", "-c", `test -w "$1"`, "sh", probe).Run() == nil
}

func asIs() identity {
	return identity{name: "this user", attributes: func() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }}
}

// freshIdentity chooses for a new cluster: as is when that works, else a user
// namespace, else another account.
func freshIdentity(o Options) (identity, error) {
	uid := os.Getuid()
	if _, err := user.LookupId(strconv.Itoa(uid)); uid != 0 && err == nil {
		return asIs(), nil
	}
	if namespaced, ok := namespace(); ok && !o.noNamespace {
		return namespaced, nil
	}
	if uid != 0 {
		return asIs(), nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		if account, err := user.Lookup(name); err == nil && account.Uid != "0" {
			return accountIdentity(account)
		}
	}
	return identity{}, fmt.Errorf("PostgreSQL does not run as root and this machine has no account for it: start as another user, or set DATABASE_URL")
}

// identityFor is the identity that files of this owner need.
func identityFor(o Options, owner int) (identity, error) {
	uid := os.Getuid()
	switch {
	case owner != uid && uid == 0:
		account, err := user.LookupId(strconv.Itoa(owner))
		if err != nil {
			return identity{}, fmt.Errorf("the database belongs to user %d, who has no account here: %w", owner, err)
		}
		return accountIdentity(account)
	case owner != uid:
		return identity{}, fmt.Errorf("the database belongs to user %d and this is user %d: start as its owner, or give it away with chown -R", owner, uid)
	}
	fresh, err := freshIdentity(o)
	if err == nil && fresh.switched() {
		return identity{}, fmt.Errorf("the database belongs to root, which worked by a user namespace that is refused now: give it to %s with chown -R", fresh.name)
	}
	return fresh, err
}

func accountIdentity(account *user.User) (identity, error) {
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return identity{}, fmt.Errorf("account %s: %w", account.Username, err)
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return identity{}, fmt.Errorf("account %s: %w", account.Username, err)
	}
	return identity{
		name: account.Username, uid: uid, gid: gid,
		attributes: func() *syscall.SysProcAttr {
			return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		},
	}, nil
}
