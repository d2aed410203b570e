"""The verb `demo`: the sample corpus in a throw-away home, one question, an answer with sources."""

import tempfile
from pathlib import Path

from ragd.cli.adding import index
from ragd.cli.open_library import library
from ragd.cli.tell import tell
from ragd.errors import ModelError, SourceError

MODEL = "smollm2-135m"
QUESTION = "How much was the first service of the boiler?"


def demo() -> int:
    """See it at work on a sample, in a throw-away home."""
    sample = _sample()
    with tempfile.TemporaryDirectory(prefix="ragd-demo-") as folder:
        home = Path(folder) / "home"
        tell(f"the sample: notes, papers and mail of an invented household, {sample}")
        stopped = index(lambda opened, **told: opened.add([sample], **told), home=home, brief=True)
        return stopped or _ask(home, model=_model(home))


def _sample() -> Path:
    """The sample corpus: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    found = [path for path in (package / "sample_corpus", package.parent / "sample_corpus") if path.is_dir()]
    if not found:
        raise SourceError("the sample corpus is missing from this install", remedy="run `pip install -U ragd`")
    return found[0]


def _model(home: Path) -> str:
    """The answering model, fetched if it is not there yet; where that cannot be done, the passages themselves."""
    from ragd.cli.progress import fetching

    try:
        with fetching() as (say, progress), library(say, home=home) as opened:
            opened.pull(MODEL, progress=progress)
    except ModelError as error:
        tell(f"{error}; until then the passages themselves answer")
        return "quotes"
    return f"llama_cpp:{MODEL}"


def _ask(home: Path, *, model: str) -> int:
    from ragd.cli.screen import put, results
    from ragd.cli.telling import tell_answer

    put(results(), f"\n{QUESTION}\n")
    with library(home=home) as opened:
        try:
            tell_answer(opened, QUESTION, model=model, everything=False)
        except ModelError as error:
            tell(f"{error}; the passages themselves answer")
            tell_answer(opened, QUESTION, model="quotes", everything=False)
    tell("the throw-away home is removed, the models stay for your own questions")
    tell("what now: `ragd add ~/Documents`, then `ragd ask` anything that your files know")
    return 0
