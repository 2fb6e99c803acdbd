//go:build dependencies

// Package yaml names the language host for YAML that `make engine` builds. It has a module of its
// own: its releases are made with other versions of Pulumi's packages than the CLI's.
package yaml

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
