"""Runs a command on a terminal of its own and answers its question.

Arguments: the question's last words, the answer, the command. Prints what the terminal showed and ends
with the command's exit code.
"""

import os
import pty
import sys

question, answer, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)

shown = b""
answered = False
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if not answered and question.encode() in shown:
        answered = True
        os.write(terminal, (answer if answer == "\x03" else answer + "\n").encode())
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(status))
