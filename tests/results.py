"""How the suites in Python count, and how they end: what was skipped and why, what took longest,
and "N passed, N failed, N skipped", which .ci/steps.bash adds up."""
import resource
import time
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

SLOW = 10.0
"""Seconds from which on a test is named among the slow ones."""
NAMED = 5


def cpu_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Result(unittest.TextTestResult):
    """Counts the tests that passed, which unittest does not, and notes how long each took."""

    passed = 0
    counts_subtests = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.seconds: Dict[str, Tuple[float, float]] = {}
        self.began: Tuple[float, float] = (0, 0)

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.began = (time.monotonic(), cpu_seconds())

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        wall, cpu = time.monotonic() - self.began[0], cpu_seconds() - self.began[1]
        self.seconds[test.id()] = (wall, cpu)

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        self.passed += self.counts_subtests and err is None

    def failed(self) -> List[str]:
        """What failed: each test once, however many of its subtests did, or each subtest."""
        tests = [test for test, _ in self.failures + self.errors]
        if self.counts_subtests:
            return [str(test) for test in tests]
        return sorted({str(getattr(test, "test_case", test)) for test in tests})


class SubtestsResult(Result):
    """Counts subtests as tests."""

    counts_subtests = True


def run_folder(folder: Path, patterns: Optional[Sequence[str]], quiet: bool) -> Result:
    """Runs the tests of a folder, those whose names contain a pattern, or match it if it has a *."""
    loader = unittest.TestLoader()
    if patterns:
        loader.testNamePatterns = [
            pattern if "*" in pattern else f"*{pattern}*" for pattern in patterns
        ]
    suite = loader.discover(str(folder), pattern="test_*.py", top_level_dir=str(folder))
    runner = unittest.TextTestRunner(verbosity=1 if quiet else 2, resultclass=Result)
    result = runner.run(suite)
    assert isinstance(result, Result)
    return result


def close(result: Result) -> int:
    """Prints how a run ended; its exit status. A run without a test has failed."""
    slow = sorted(result.seconds.items(), key=lambda item: item[1], reverse=True)
    for name, (wall, cpu) in slow[:NAMED]:
        if wall >= SLOW:
            print(f"slow: {name}: {wall:.0f} s, {cpu:.0f} s of processor time")
    for test, reason in result.skipped:
        print(f"skipped {test}: {reason}")
    print(tally(result.passed, len(result.failed()), len(result.skipped)), flush=True)
    return 0 if result.wasSuccessful() and result.testsRun else 1


def tally(passed: int, failed: int, skipped: int) -> str:
    return f"{passed} passed, {failed} failed, {skipped} skipped"
