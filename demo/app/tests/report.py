"""Run the tests, leave a JUnit report in the directory given, exit 0 when all passed."""
import pathlib
import sys
import time
import unittest
from xml.sax.saxutils import escape, quoteattr


class Result(unittest.TextTestResult):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.cases = []

    def stopTest(self, test):
        super().stopTest(test)
        wrong = dict((str(case), text) for case, text in self.failures + self.errors).get(str(test))
        inside = "" if wrong is None else f"<failure>{escape(wrong)}</failure>"
        self.cases.append(f"<testcase classname={quoteattr(type(test).__qualname__)} name={quoteattr(test.id())}>{inside}</testcase>")


def main(directory):
    started = time.monotonic()
    result = unittest.TextTestRunner(resultclass=Result, verbosity=2).run(unittest.defaultTestLoader.discover("."))
    head = f'<testsuite name="postcards" tests="{result.testsRun}" time="{time.monotonic() - started:.3f}">'
    pathlib.Path(directory, "junit.xml").write_text("\n".join([head, *result.cases, "</testsuite>\n"]), encoding="utf-8")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
