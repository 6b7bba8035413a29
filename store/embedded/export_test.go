package embedded

// WithoutNamespace makes root take another account, as where user namespaces are
// refused.
func WithoutNamespace(o Options) Options {
	o.noNamespace = true
	return o
}

// PID is the process id of the server.
func (s *Server) PID() int { return s.pid }

// Home is the directory of the cluster.
func (s *Server) Home() string { return s.home.dir }
