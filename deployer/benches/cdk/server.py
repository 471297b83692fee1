"""Runs ministack whose stacks were changed last long ago.

Most applies find a stack that nobody has touched for a day; one that is fresh is read back once more, and would
take as long as that does. The log, the argument, is removed when it ends.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples/quickstart"))
# The source tree stays as it is.
sys.dont_write_bytecode = True

import serve  # noqa: E402

serve.live_as_long_as_stdin(*sys.argv[1:])
PORT = serve.take_port()

from ministack import app  # noqa: E402
from ministack.services.cloudformation import changesets, handlers  # noqa: E402

for module in (changesets, handlers):
    module.now_iso = lambda: "2000-01-01T00:00:00.000Z"

serve.announce(PORT)
sys.argv = ["ministack"]
app.main()
