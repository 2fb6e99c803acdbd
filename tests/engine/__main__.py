"""Builds what the tests of Pulumi's engine need, where the PATH has it not and Go is there."""

import shutil

from tests.engine.installation import BuildError, build, search_path, version

if __name__ == "__main__":
    if search_path() is None and shutil.which("go"):
        print(f"Pulumi's CLI is not on the PATH: {version()} is built from its modules, once.")
        try:
            build(lambda line: print(line, flush=True))
        except BuildError as error:
            print(f"It could not be built, and the tests will be skipped:\n{error}")
