"""Runs ministack on a free port of 127.0.0.1 until standard input closes.

Prints the port on a line of its own once it answers there. Whoever starts it holds the other end of its
standard input: when that process ends, however it ends, the server and the functions that it
started end too, and so does the folder that they wrote to.
"""

import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time


def live_as_long_as_stdin(*leftovers):
    """Makes this process a group of its own, which ends when standard input does.

    What `leftovers` name is removed then, with the folder for temporary files.
    """
    if os.getpgid(0) != os.getpid():
        os.setpgid(0, 0)
    os.environ["TMPDIR"] = tempfile.tempdir = home = tempfile.mkdtemp(prefix="ministack-")
    lifeline = os.dup(0)
    os.set_inheritable(lifeline, False)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def end():
        while os.read(lifeline, 4096):
            pass
        shutil.rmtree(home, ignore_errors=True)
        for path in leftovers:
            os.unlink(path)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=end, daemon=True).start()


def take_port():
    """Tells ministack, by its environment, where to listen and what functions call."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ["GATEWAY_PORT"] = str(port)
    os.environ["BIND_HOST"] = "127.0.0.1"
    # A server beside it, on a port that is not free to choose.
    os.environ["IOT_MTLS_ENABLED"] = "0"
    # Functions that the server runs call this address.
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
    return port


def announce(port):
    """Prints the port when somebody answers there; what else is printed goes to the log."""
    answer = os.dup(1)
    os.dup2(2, 1)

    def wait():
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        os.write(answer, f"{port}\n".encode())
        os.close(answer)

    threading.Thread(target=wait, daemon=True).start()


def main():
    live_as_long_as_stdin()
    port = take_port()
    # Its settings are read while it is imported.
    from ministack import app

    announce(port)
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
