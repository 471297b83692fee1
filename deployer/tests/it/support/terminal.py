"""Runs a command on a terminal of its own, 80 columns wide, and answers its questions.

Arguments: a JSON list of pairs, each the last words of a question and the answer, in their order; the
command. Prints what the terminal showed and ends with the command's exit code.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios

questions, *command = sys.argv[1:]
questions = json.loads(questions)
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execvp(command[0], command)

shown = b""
# What stands before it has had its answer.
answered = 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    # What is typed is shown: in the middle of an output it would look like a part of that.
    waits = not select.select([terminal], [], [], 0.05)[0]
    if waits and questions and questions[0][0].encode() in shown[answered:]:
        _, answer = questions.pop(0)
        answered = len(shown)
        os.write(terminal, (answer if answer == "\x03" else answer + "\n").encode())
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(status))
