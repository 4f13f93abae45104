// Holds recorded exchanges with a forge against the types of the forge's own Go client: every field that the tests'
// stand-in answers with, and every field that is sent, must be one that the client knows, of its type.
//
// usage: clients gitlab|gitea EXCHANGES.jsonl
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"code.gitea.io/sdk/gitea"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// exchange is one line of the record.
type exchange struct {
	Method   string          `json:"method"`
	Path     string          `json:"path"`
	Status   int             `json:"status"`
	Request  json.RawMessage `json:"request"`
	Response json.RawMessage `json:"response"`
}

// route tells what is sent and answered at paths like this.
type route struct {
	path           *regexp.Regexp
	sent, answered func() any
}

// branchProtection has what Gitea itself tells (modules/structs/repo_branch.go), and its client does not read.
type branchProtection struct {
	gitea.BranchProtection
	Priority                     int64    `json:"priority"`
	EnableForcePush              bool     `json:"enable_force_push"`
	EnableForcePushAllowlist     bool     `json:"enable_force_push_allowlist"`
	ForcePushAllowlistUsernames  []string `json:"force_push_allowlist_usernames"`
	ForcePushAllowlistTeams      []string `json:"force_push_allowlist_teams"`
	ForcePushAllowlistDeployKeys bool     `json:"force_push_allowlist_deploy_keys"`
	EnableBypassAllowlist        bool     `json:"enable_bypass_allowlist"`
	BypassAllowlistUsernames     []string `json:"bypass_allowlist_usernames"`
	BypassAllowlistTeams         []string `json:"bypass_allowlist_teams"`
	BlockOnCodeownerReviews      bool     `json:"block_on_codeowner_reviews"`
	IgnoreStaleApprovals         bool     `json:"ignore_stale_approvals"`
	// Forgejo's name of block_admin_merge_override.
	ApplyToAdmins bool `json:"apply_to_admins"`
}

// Without the methods of the client's type, which would read past unknown fields.
type mergeRequest gitlab.MergeRequest

func of[T any]() any { return new(T) }
func nothing() any   { return nil }
func at(path string) *regexp.Regexp {
	return regexp.MustCompile("^" + path + "$")
}

const project = `/projects/acme%2Fprod`
const repository = `/repos/acme/prod`
const commit = `/[0-9a-f]{40,64}`

var routes = map[string][]route{
	"gitlab": {
		{at(project), nothing, of[gitlab.Project]},
		{at(project + `/approvals`), nothing, of[gitlab.ProjectApprovals]},
		{at(project + `/protected_branches`), nothing, of[[]gitlab.ProtectedBranch]},
		{at(project + `/push_rule`), nothing, of[gitlab.ProjectPushRules]},
		{at(project + `/events`), nothing, of[[]gitlab.ContributionEvent]},
		{at(project + `/members(/all)?`), nothing, of[[]gitlab.ProjectMember]},
		{at(`/groups/[^/]+/members/all`), nothing, of[[]gitlab.GroupMember]},
		{at(project + `/merge_requests/\d+`), nothing, of[mergeRequest]},
		{at(project + `/merge_requests/\d+/approvals`), nothing, of[gitlab.MergeRequestApprovals]},
		{at(project + `/merge_requests/\d+/versions`), nothing, of[[]gitlab.MergeRequestDiffVersion]},
		{at(project + `/merge_requests/\d+/notes`), of[gitlab.CreateMergeRequestNoteOptions], of[[]gitlab.Note]},
		{at(project + `/merge_requests/\d+/notes/\d+`), of[gitlab.UpdateMergeRequestNoteOptions], of[gitlab.Note]},
		{at(project + `/repository/commits` + commit + `/statuses`), nothing, of[[]gitlab.CommitStatus]},
		{at(project + `/statuses` + commit), of[gitlab.SetCommitStatusOptions], of[gitlab.CommitStatus]},
		{at(`/user`), nothing, of[gitlab.User]},
	},
	"gitea": {
		{at(repository), nothing, of[gitea.Repository]},
		{at(repository + `/branches`), nothing, of[[]gitea.Branch]},
		{at(repository + `/branches/[^/]+`), nothing, of[gitea.Branch]},
		{at(repository + `/tag_protections`), nothing, of[[]gitea.TagProtection]},
		{at(repository + `/contents/\.portcullis\.yaml`), nothing, of[gitea.ContentsResponse]},
		{at(repository + `/branch_protections/[^/]+`), nothing, of[branchProtection]},
		{at(repository + `/contents/\.[a-z]+/workflows`), nothing, of[[]gitea.ContentsResponse]},
		{at(repository + `/contents/\.[a-z]+/workflows/[^/]+`), nothing, of[gitea.ContentsResponse]},
		{at(repository + `/pulls/\d+`), nothing, of[gitea.PullRequest]},
		{at(repository + `/pulls/\d+/reviews`), nothing, of[[]gitea.PullReview]},
		{at(repository + `/issues/\d+/timeline`), nothing, of[[]gitea.TimelineComment]},
		{at(repository + `/issues/\d+/comments`), of[gitea.CreateIssueCommentOption], of[[]gitea.Comment]},
		{at(repository + `/issues/comments/\d+`), of[gitea.EditIssueCommentOption], of[gitea.Comment]},
		{at(repository + `/commits` + commit + `/status`), nothing, of[gitea.CombinedStatus]},
		{at(repository + `/statuses` + commit), of[gitea.CreateStatusOption], of[gitea.Status]},
		{at(`/orgs/[^/]+/teams/search`), nothing, of[struct {
			OK   bool         `json:"ok"`
			Data []gitea.Team `json:"data"`
		}]},
		{at(`/teams/\d+/members`), nothing, of[[]gitea.User]},
		{at(`/settings/api`), nothing, of[gitea.GlobalAPISettings]},
		{at(`/user`), nothing, of[gitea.User]},
	},
}

// strictly reads text as a value in which every field is known.
func strictly(text json.RawMessage, value any) error {
	reader := json.NewDecoder(bytes.NewReader(text))
	reader.DisallowUnknownFields()
	if err := reader.Decode(value); err != nil {
		return err
	}
	if _, err := reader.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// problem tells what of an exchange the client does not know; a created thing is answered in short by the stand-in.
func (e exchange) problem(routes []route) error {
	path := strings.TrimPrefix(strings.TrimPrefix(e.Path, "/api/v4"), "/api/v1")
	for _, route := range routes {
		if !route.path.MatchString(path) {
			continue
		}
		if sent := route.sent(); e.Method != "GET" {
			if sent == nil {
				return errors.New("nothing is sent there")
			}
			return strictly(e.Request, sent)
		}
		if e.Status != 200 {
			return nil
		}
		return strictly(e.Response, route.answered())
	}
	return errors.New("no such place")
}

func main() {
	if len(os.Args) != 3 || routes[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: clients gitlab|gitea EXCHANGES.jsonl")
		os.Exit(2)
	}
	file, err := os.Open(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	seen, refused := 0, map[string]bool{}
	for lines.Scan() {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		seen++
		if err := e.problem(routes[os.Args[1]]); err != nil {
			refused[fmt.Sprintf("%s %s: %v", e.Method, e.Path, err)] = true
		}
	}
	for line := range refused {
		fmt.Println("UNMET:", line)
	}
	fmt.Printf("exchanges with %s: %d compared with its client, %d kinds refused\n", os.Args[1], seen, len(refused))
	if seen == 0 || len(refused) > 0 || lines.Err() != nil {
		os.Exit(1)
	}
}
