package http

import (
	nethttp "net/http"
	"time"
)

const refreshCookie = "tradebaas_refresh"

// cookieName is bound to the host by its prefix wherever browsers accept that: over https only.
func (s *Server) cookieName() string {
	if s.https() {
		return "__Host-" + refreshCookie
	}
	return refreshCookie
}

func (s *Server) setCookie(token string, expires time.Time) string {
	return s.cookie(token, expires, int(expires.Sub(s.now()).Seconds()))
}

func (s *Server) clearCookie() string { return s.cookie("", time.Unix(0, 0), -1) }

func (s *Server) cookie(value string, expires time.Time, maxAge int) string {
	cookie := nethttp.Cookie{Name: s.cookieName(), Value: value, Path: "/", Expires: expires, MaxAge: maxAge,
		HttpOnly: true, Secure: s.https(), SameSite: nethttp.SameSiteStrictMode}
	return cookie.String()
}

// CookieInput reads the cookies of a request.
type CookieInput struct {
	Cookie string `header:"Cookie" hidden:"true"`
}

// refreshToken gives the refresh token of a cookie header, "" when there is none.
func (s *Server) refreshToken(header string) string {
	cookies, err := nethttp.ParseCookie(header)
	if err != nil {
		return ""
	}
	for _, cookie := range cookies {
		if cookie.Name == s.cookieName() && len(cookie.Value) <= 128 {
			return cookie.Value
		}
	}
	return ""
}
