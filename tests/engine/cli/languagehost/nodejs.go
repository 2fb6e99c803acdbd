package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"

	codegen "github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type nodejs struct{}

func (nodejs) program(
	ctx context.Context, engine string, req *pulumirpc.RunRequest,
) (*exec.Cmd, error) {
	folder := req.GetInfo().GetProgramDirectory()
	arguments := []string{
		filepath.Join(folder, "node_modules", "@pulumi", "pulumi", "cmd", "run"),
		"--monitor=" + req.GetMonitorAddress(),
		"--engine=" + engine,
		"--organization=" + req.GetOrganization(),
		"--project=" + req.GetProject(),
		"--root-directory=" + req.GetInfo().GetRootDirectory(),
		"--stack=" + req.GetStack(),
		"--parallel=" + strconv.Itoa(int(req.GetParallel())),
		"--pwd=" + req.GetPwd(),
	}
	if req.GetDryRun() {
		arguments = append(arguments, "--dry-run")
	}
	command := exec.CommandContext(ctx, "node", append(arguments, req.GetInfo().GetEntryPoint())...)
	command.Env = append(command.Environ(), "PULUMI_NODEJS_TYPESCRIPT=true")
	return command, nil
}

func (nodejs) plugin(context.Context, *pulumirpc.RunPluginRequest) (*exec.Cmd, error) {
	return nil, errors.New("this host runs no plugins that are written for Node.js")
}

func (nodejs) generate(
	pkg *schema.Package, req *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
) (map[string][]byte, error) {
	return codegen.GeneratePackage("pulumi-language-nodejs", pkg, req.GetExtraFiles(),
		req.GetLocalDependencies(), req.GetLocal(), loader)
}

// link puts the SDKs into node_modules as `npm install` does those of a folder.
func (nodejs) link(req *pulumirpc.LinkRequest) (string, error) {
	folder := req.GetInfo().GetProgramDirectory()
	for _, each := range req.GetPackages() {
		command := exec.Command("npm", "install", "--prefer-offline", "--no-audit", "--no-fund",
			"file:"+each.GetPath())
		command.Dir = folder
		if output, err := command.CombinedOutput(); err != nil {
			return "", fmt.Errorf("npm install: %w\n%s", err, output)
		}
	}
	return "", nil
}
