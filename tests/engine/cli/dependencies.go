//go:build dependencies

// Package cli names what `make engine` builds, so that go.mod and go.sum pin it.
package cli

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
