"""Speaking to the person at the terminal, and the one way to give up."""

import sys


class Stop(Exception):
    """Ends a script with one sentence for the person at the terminal.

    :param str sentence: what is wrong and what to do about it
    """


def say(text):
    """Print one line of progress at once, also when the output is a file or a pipe.

    :param str text: the line, without its end
    """
    print(text, flush=True)


class Progress:
    """A line that rewrites itself on a terminal; elsewhere only its last state is printed.

    :param str title: what is being done
    """

    def __init__(self, title):
        self.title = title
        self.on_terminal = sys.stdout.isatty()
        if self.on_terminal:
            self.show('')
        else:
            say(f"{title} ...")

    def show(self, detail):
        """Show how far the work is.

        :param str detail: for instance ``'12 of 80'``
        """
        if self.on_terminal:
            print(f"\r\033[K{self.title} ... {detail}", end='', flush=True)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.on_terminal:
            print(flush=True)
