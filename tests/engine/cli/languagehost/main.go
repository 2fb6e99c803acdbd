// A language host for Pulumi's engine, for where none of Pulumi's own is installed: the Go module
// proxies that serve the CLI do not all serve pulumi-language-python and pulumi-language-nodejs.
// `make engine` uses Pulumi's own wherever the PATH has them; this one is for the tests alone.
//
// It runs programs, component plugins and policy packs by the entry points that Pulumi's SDKs bring
// along, and generates SDKs by Pulumi's own code generators. It is called by the name of what it
// stands in for, and speaks for that language. It leaves out:
//   - installing dependencies: the environment, or node_modules, must be there;
//   - finding out which plugins a program needs, before it asks for them;
//   - type checkers, debuggers, `pulumi new`, `pulumi convert`, `pulumi about`, and packing SDKs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// What Pulumi's SDKs exit with where they have told the user all that there is to tell.
const toldTheUser = 32

// language is what differs from one language to the next.
type language interface {
	// program is the command that runs a program.
	program(ctx context.Context, engine string, req *pulumirpc.RunRequest) (*exec.Cmd, error)
	// plugin is the command that serves a component plugin, or a policy pack.
	plugin(ctx context.Context, req *pulumirpc.RunPluginRequest) (*exec.Cmd, error)
	// generate makes the files of an SDK.
	generate(pkg *schema.Package, req *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader) (
		map[string][]byte, error)
	// link has a program depend on SDKs, and says how it imports them.
	link(req *pulumirpc.LinkRequest) (string, error)
}

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language language
	engine   string
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	if len(os.Args) < 2 {
		return errors.New("the engine starts this, and gives its address as the last argument")
	}
	name := strings.TrimPrefix(filepath.Base(os.Args[0]), "pulumi-language-")
	languages := map[string]language{"python": python{}, "nodejs": nodejs{}}
	spoken, ok := languages[name]
	if !ok {
		return fmt.Errorf("%s is no language of this host's", name)
	}
	engine := os.Args[len(os.Args)-1]
	// It ends with the engine, however that ends.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, cancel); err != nil {
		return err
	}
	ended := make(chan bool)
	go func() {
		<-ctx.Done()
		close(ended)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: ended,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{language: spoken, engine: engine})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// GetRequiredPackages names none: the engine loads each plugin when the program asks for it.
func (h *host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// InstallDependencies installs nothing: what there is must do.
func (h *host) InstallDependencies(
	*pulumirpc.InstallDependenciesRequest, pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	return nil
}

func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	command, err := h.language.program(ctx, h.engine, req)
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, err
	}
	secret, err := json.Marshal(req.GetConfigSecretKeys())
	if err != nil {
		return nil, err
	}
	command.Env = append(command.Environ(),
		"PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secret))
	// The engine shows what its plugins print.
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	var exit *exec.ExitError
	switch err := command.Run(); {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == toldTheUser:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{
			Error: fmt.Sprintf("Program exited with non-zero exit code: %d", exit.ExitCode()),
		}, nil
	default:
		return nil, err
	}
}

func (h *host) RunPlugin(
	req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	command, err := h.language.plugin(server.Context(), req)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	command.Dir = req.GetPwd()
	command.Stdout, command.Stderr = stdout, stderr
	err = command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	return errors.Join(closer.Close(), server.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(command.ProcessState.ExitCode())},
	}))
}

func (h *host) GeneratePackage(
	_ context.Context, req *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(req.GetLoaderTarget())
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(req.GetSchema()), &spec); err != nil {
		return nil, err
	}
	pkg, faults, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if faults.HasErrors() {
		return nil, faults
	}
	files, err := h.language.generate(pkg, req, schema.NewCachedLoader(loader))
	if err != nil {
		return nil, err
	}
	for name, content := range files {
		path := filepath.Join(req.GetDirectory(), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.GeneratePackageResponse{}, nil
}

func (h *host) Link(_ context.Context, req *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	instructions, err := h.language.link(req)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.LinkResponse{ImportInstructions: instructions}, nil
}

func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
