package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	codegen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

type python struct{}

func (python) program(
	ctx context.Context, engine string, req *pulumirpc.RunRequest,
) (*exec.Cmd, error) {
	tools, err := environment(req.GetInfo())
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return tools.Command(ctx, "-u",
		// Of Pulumi's SDK for Go; it is built beside this.
		filepath.Join(filepath.Dir(self), "pulumi-language-python-exec"),
		"--monitor", req.GetMonitorAddress(),
		"--engine", engine,
		"--organization", req.GetOrganization(),
		"--project", req.GetProject(),
		"--root_directory", req.GetInfo().GetRootDirectory(),
		"--stack", req.GetStack(),
		"--parallel", strconv.Itoa(int(req.GetParallel())),
		"--dry_run", strconv.FormatBool(req.GetDryRun()),
		"--pwd", req.GetPwd(),
		filepath.Join(req.GetInfo().GetProgramDirectory(), req.GetInfo().GetEntryPoint()))
}

func (python) plugin(ctx context.Context, req *pulumirpc.RunPluginRequest) (*exec.Cmd, error) {
	tools, err := environment(req.GetInfo())
	if err != nil {
		return nil, err
	}
	folder := req.GetInfo().GetProgramDirectory()
	arguments := append([]string{"-u", folder}, req.GetArgs()...)
	if req.GetKind() == "analyzer" {
		arguments = append([]string{"-u", "-m", "pulumi.policy"}, append(req.GetArgs(), folder)...)
	}
	command, err := tools.Command(ctx, arguments...)
	if err != nil {
		return nil, err
	}
	command.Env = req.GetEnv()
	return command, nil
}

func (python) generate(
	pkg *schema.Package, req *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
) (map[string][]byte, error) {
	return codegen.GeneratePackage("pulumi-language-python", pkg, req.GetExtraFiles(), loader)
}

func (python) link(*pulumirpc.LinkRequest) (string, error) {
	return "Add the generated SDK to requirements.txt.", nil
}

// environment is the one that the project's runtime options name.
func environment(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	virtualenv, _ := info.GetOptions().AsMap()["virtualenv"].(string)
	return toolchain.ResolveToolchain(toolchain.PythonOptions{
		Root:       info.GetRootDirectory(),
		ProgramDir: info.GetProgramDirectory(),
		Virtualenv: virtualenv,
		Toolchain:  toolchain.Pip,
	})
}
