package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fastjson"
)

// patience is how long a person waits for an answer. The server gives up after 15 s.
const patience = 30 * time.Second

// newHTTP is a client whose connections all people share, as a browser's would be too many files.
func newHTTP() *fasthttp.Client {
	return &fasthttp.Client{Name: "tradebaas-loadtest", MaxConnsPerHost: 1024, MaxConnWaitTimeout: patience,
		MaxIdleConnDuration: 30 * time.Second, MaxIdemponentCallAttempts: 1}
}

// call is one request of a person.
type call struct {
	stage     string // that it also counts for, "" for none
	method    string
	route     string // the pattern, which names the figure
	path      string // with query; "" when it is the route
	body      any
	due       time.Time // when it was to be sent
	anonymous bool
	cookie    bool
	apart     bool // no figure of its endpoint: it is asked by the test itself
}

func (c call) name() string { return c.method + " " + c.route }

// answer is a success.
type answer struct {
	body   *fastjson.Value
	cookie string
}

// text gives a string of the body, "" when it is not there.
func (a answer) text(keys ...string) string { return string(a.body.GetStringBytes(keys...)) }

// refusal is an answer that is no success.
type refusal struct {
	call   string
	status int
	code   string
}

func (r *refusal) Error() string { return fmt.Sprintf("%s: %d %s", r.call, r.status, r.code) }

// call sends a request, measures it from the moment it was due, and looks for marks of others in
// whatever comes back.
func (p *person) call(c call) (answer, error) {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	if err := p.fill(request, c); err != nil {
		return answer{}, err
	}
	err := p.run.http.DoTimeout(request, response, patience)
	took := time.Since(c.due)
	got, err := p.read(c, response, err)
	code := codeOf(err)
	if !c.apart {
		p.run.endpoints.add(c.name(), took, code)
	}
	if c.stage != "" {
		p.run.stages.add(c.stage, took, code)
	}
	return got, err
}

func (p *person) fill(request *fasthttp.Request, c call) error {
	path := c.path
	if path == "" {
		path = c.route
	}
	request.Header.SetMethod(c.method)
	request.SetRequestURI(p.run.o.URL + path)
	if !c.anonymous {
		request.Header.Set("Authorization", "Bearer "+p.bearer())
	}
	if c.cookie {
		request.Header.Set("Cookie", p.cookie)
	}
	if c.body != nil {
		raw, err := json.Marshal(c.body)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name(), err)
		}
		request.SetBodyRaw(raw)
		request.Header.SetContentType("application/json")
	}
	return nil
}

func (p *person) read(c call, response *fasthttp.Response, err error) (answer, error) {
	switch {
	case errors.Is(err, fasthttp.ErrTimeout):
		return answer{}, &refusal{c.name(), 0, "timeout"}
	case err != nil:
		return answer{}, &refusal{c.name(), 0, "network"}
	}
	p.run.marks.check(p.number, c.name(), response.Body())
	body, err := fastjson.ParseBytes(response.Body())
	if err != nil {
		return answer{}, &refusal{c.name(), response.StatusCode(), "no_json"}
	}
	if status := response.StatusCode(); status >= http.StatusBadRequest {
		return answer{}, &refusal{c.name(), status, string(body.GetStringBytes("code"))}
	}
	pair, _, _ := strings.Cut(string(response.Header.Peek("Set-Cookie")), ";")
	return answer{body, pair}, nil
}

// codeOf names an error in the figures.
func codeOf(err error) string {
	var r *refusal
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &r):
		return "unreadable"
	case r.status == 0:
		return r.code
	}
	return strconv.Itoa(r.status) + " " + r.code
}
