"""The verbs: a person's files are added, kept equal to the disk, searched, asked, shown and forgotten."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from ragd import follow, rules, why
from ragd.answer import answer as answering
from ragd.answer import followup
from ragd.answer.generators import Generator, ready
from ragd.answer.generators.loopback import is_loopback
from ragd.config import Config, load
from ragd.embedding import Embedding
from ragd.errors import GeneratorError, SourceError
from ragd.home import Home, models_path, open_home
from ragd.indexing import Indexer, Meter, Reports, Tell, carry_over, indexer
from ragd.judging import Judging
from ragd.models import pull
from ragd.pace import Pace, suffix_of
from ragd.parsers import extras
from ragd.parsers.firewall import sandbox
from ragd.parsers.pool import Limits
from ragd.parsers.table import readable
from ragd.reading import Reader
from ragd.records import Answer, Fate, Found, Hit, Outcome, Passage, Plan, Results, Sentence
from ragd.sources import walk
from ragd.sources.watch import Watcher

ANSWER_HITS = 12  # passages retrieved for an answer


class Library:
    """One home and the verbs on it. A context manager; usable from threads; raises only RagdErrors.

    Reading needs no lock. A verb that writes holds the home's lock while it runs and raises HomeBusy where another
    process has it.
    """

    def __init__(self, home: Home, config: Config, models_home: Path, *, say: Callable[[str], None]) -> None:
        """See `open`."""
        self.home = home
        self.config = config
        self._models_home = models_home
        self._say = say
        self._embedding = Embedding(config, models_home)
        self._judging = Judging(config, models_home)
        self._reader = Reader(home, self._embedding, say=say)

    @classmethod
    def open(
        cls,
        home: Path | str | None = None,
        *,
        config: Config | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> "Library":
        """The library in `home` (None: RAGD_HOME); the first verb that writes makes it where there is none.

        `say` is told, in one line each, what takes time or changes: a model's fast copy is made, an index is rebuilt.
        An index of an older ragd is carried over first. Raises HomeError and ConfigError.
        """
        opened = open_home(home)
        carry_over(opened, say)
        return cls(opened, config or load(opened.path), models_path(), say=say)

    def __enter__(self) -> "Library":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what is open; the library is not used after it."""
        self._reader.close()
        self._embedding.close()

    # indexing

    def plan(self, paths: Iterable[Path | str]) -> Plan:
        """What `add` would do: files by suffix, bytes, a rough time, and what is left out. Reads and writes nothing.

        Raises SourceError for a path that `add` would refuse.
        """
        files: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        left_out = []
        unchanged = 0
        for path in self._addable(paths):
            known = self._reader.known(path)
            for item in walk.scan(path, readable=readable, excluded=[self.home.path]):
                if isinstance(item, Outcome):
                    left_out.append(item)
                elif known.get(str(item.path)) == (item.size, item.mtime_ns):
                    unchanged += 1
                else:
                    files[suffix_of(item.path)] += 1
                    sizes[suffix_of(item.path)] += item.size
        seconds = Pace.load(self.home.sizes).rough_seconds(sizes)
        return Plan(dict(files.most_common()), sizes.total(), seconds, tuple(left_out), unchanged)

    def add(
        self,
        paths: Iterable[Path | str],
        *,
        progress: Tell | None = None,
        meter: Meter | None = None,
        stop: threading.Event | None = None,
    ) -> list[Outcome]:
        """Remember folders or files and index them now; every file met has an Outcome, told to `progress` as it comes.

        `meter` is told how far the run is. When `stop` is set the run ends after the current batch, with all that was
        committed kept. Raises SourceError for a path that is not there or that RAGD_HOME holds, HomeBusy, DiskFull.
        """
        chosen = self._addable(paths)
        told, reports = self._reports(progress, meter, stop)
        with self._writing("ragd add", reports) as at_work:
            at_work.sync(at_work.remember(chosen))
        return told

    def _addable(self, paths: Iterable[Path | str]) -> list[Path]:
        chosen = _named(_absolute(paths))
        for path in chosen:
            if not path.exists():
                raise SourceError(f"{path} is not there", remedy="check the name, or plug in the drive it is on")
            if not (path.is_file() or path.is_dir()) or str(path) in rules.KERNEL:
                raise SourceError(
                    f"{path} is no folder and no file that could be read", remedy="name a folder or a file"
                )
            if path == Path(path.anchor):
                raise SourceError(
                    f"{path} is the whole machine", remedy="name the folders that hold your files, such as ~/Documents"
                )
            if path.resolve().is_relative_to(self.home.path.resolve()):
                raise SourceError(
                    f"{path} lies in RAGD_HOME ({self.home.path}), where ragd keeps the index",
                    remedy="set RAGD_HOME to a folder that holds nothing else, or add another folder",
                )
        return chosen

    def sync(
        self, *, progress: Tell | None = None, meter: Meter | None = None, stop: threading.Event | None = None
    ) -> list[Outcome]:
        """Make the index equal to the disk once; see `add`."""
        told, reports = self._reports(progress, meter, stop)
        with self._writing("ragd sync", reports) as at_work:
            at_work.sync()
        return told

    def watch(
        self, *, progress: Tell | None = None, meter: Meter | None = None, stop: threading.Event | None = None
    ) -> None:
        """Make the index equal to the disk and keep it so until `stop` is set."""
        stopping = stop or threading.Event()
        # Not `_reports`: a list of all that is ever told would grow as long as this runs.
        reports = Reports(progress or _nothing, meter or _nothing, self._say, stopping)
        with self._writing("ragd watch", reports) as at_work:
            roots = [Path(root) for root in at_work.catalog.roots()]
            with Watcher(roots, quiet=self.config.quiet_seconds, excluded=[self.home.path]) as watcher:
                for note in watcher.notes:
                    self._say(note)
                follow.follow(at_work, watcher, sweep=self.config.sweep_seconds, stopped=stopping.is_set)

    def forget(self, paths: Iterable[Path | str]) -> list[Outcome]:
        """Remove what was read from these paths for good, and keep them out until they are added again."""
        chosen = _named(_absolute(paths))
        _, reports = self._reports(None, None, None)
        with self._writing("ragd forget", reports) as at_work:
            outcomes = at_work.forget(chosen)
        for last in (self.home.last, self.home.last_of_programs):
            last.unlink(missing_ok=True)
        return outcomes

    # asking

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """The best passages, best first. Raises QueryError for a query that cannot be understood."""
        return list(self.find(query, limit).hits)

    def find(self, query: str, limit: int = 10) -> Results:
        """The same with what a person should know about it: how much is indexed, what a condition left out."""
        found = self._reader.find(query, limit=limit)
        return replace(found, notes=(*found.notes, *self._reader.moved_on(found.hits)))

    def ask(self, question: str, *, model: str | None = None, everything: bool = False) -> Answer:
        """A checked answer; `model` names a generator or a model instead of the configured one."""
        *_, last = self.stream(question, model=model, everything=everything)
        assert isinstance(last, Answer)
        return last

    def stream(
        self, question: str, *, model: str | None = None, everything: bool = False
    ) -> Iterator[Sentence | Answer]:
        """The sentences of an answer as they are checked, the Answer last.

        `everything` also yields sentences that nothing supports, without citations. Raises GeneratorError.
        """
        generator = self._generator(model)
        results = self._reader.find(question, limit=ANSWER_HITS, a_section=ANSWER_HITS)  # an answer may stand in any
        for note in results.notes:
            self._say(note)
        embedder = self._reader.embedder() if results.hits else None
        embed = embedder.passages if embedder else None
        # A mail without words of its own is found by its subject; there is nothing in it to quote.
        hits = tuple(hit for hit in results.hits or results.nearest if hit.text)
        judge = self._judging.open(self._say) if hits else None
        for one in answering.stream(
            question, hits, generator=generator, embed=embed, judge=judge, everything=everything
        ):
            for note in self._reader.moved_on(one.citations) if isinstance(one, Answer) else ():
                self._say(note)
            yield one

    def _generator(self, model: str | None) -> Generator:
        wanted = model or self.config.model or self.config.generator
        if not model and self.config.model and self.config.generator != "auto":
            wanted = f"{self.config.generator}:{self.config.model}"
        if wanted == "auto":
            self._tell_of_servers_elsewhere()
        return ready.choose(
            wanted,
            ollama_host=self.config.ollama_host,
            gguf=pull.answering_models(self._models_home),
            openai_url=self.config.openai_url,
            openai_key=os.environ.get("OPENAI_API_KEY", ""),
            threads=self.config.threads,
            allow_remote=self.config.allow_remote,
        )

    def _tell_of_servers_elsewhere(self) -> None:
        """A server that the person named and that is passed over in silence would look broken."""
        for name, url in (("ollama_host", self.config.ollama_host), ("openai_url", self.config.openai_url)):
            if url and not self.config.allow_remote and not is_loopback(url):
                self._say(
                    f"{name} {url} is not on this machine and is not asked (`ragd config allow_remote true` would)"
                )

    def standalone(self, question: str, history: Sequence[str]) -> str:
        """A question that leans on those before it ("and when does it end?"), made whole; `history` oldest first."""
        return followup.standalone(question, tuple(history))

    # looking

    def keep(self, shown: Results | Answer | Passage, *, by_program: bool = False) -> None:
        """Remember what was shown, so that `passage` and `location` can take it by number.

        Of a passage these are the messages of its thread, numbered after the last results. What a program was told
        (`by_program`) leaves the numbers that a person sees as they are.
        """
        if isinstance(shown, Passage):
            if shown.thread:
                self._reader.keep_thread(shown.thread, by_program=by_program)
        elif isinstance(shown, Results):
            self._reader.keep(shown.hits or shown.nearest, by_program=by_program)
        else:
            self._reader.keep(shown.citations or shown.nearest, by_program=by_program)

    def passage(self, number: int, *, context: int | None = None, by_program: bool = False) -> Passage:
        """The `number`-th of the last results, with `context` code points of its document before and after it."""
        return self._reader.passage(number, context=context, by_program=by_program)

    def links(self, path: Path | str, part: str | None = None) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
        """The documents that the one at a place links to, and those that link to it. Raises SourceError."""
        return self._reader.links(str(_named(_absolute([path]))[0]), part)

    def location(self, number: int) -> dict[str, Any]:
        """Where the `number`-th of the last results stands: document, place, page, lines, start and end."""
        return self._reader.location(number)

    def marked(self, text: str, question: str) -> list[tuple[int, int]]:
        """Where the question's words stand in a text: (start, end), code points."""
        return self._reader.marked(text, question)

    def status(self) -> dict[str, Any]:
        """The state of things: `status` of the contract."""
        try:
            generator = self._generator(None).name
        except GeneratorError as error:
            generator = str(error)
        return self._reader.status(generator=generator, embedder=self.config.embedder)

    def problems(self) -> list[Outcome]:
        """Files and parts of files that could not be read, and why."""
        return self._reader.problems()

    def why(self, path: Path | str, part: str | None = None) -> Fate:
        """What became of a file, a part of it, or all in a folder. Raises SourceError for a name that says nothing."""
        return why.fate_of(_absolute([path])[0], part, self.home)

    @staticmethod
    def sandbox() -> list[str]:
        """By what the processes that read files are locked in on this machine; empty where nothing of the kind is."""
        return sandbox.offered()

    def left_out(self) -> list[Outcome]:
        """Files and folders that were never read, and the rule."""
        return self._reader.left_out()

    # models

    def models(self) -> list[pull.Installed]:
        """The models that are here or could be."""
        return pull.installed(self._models_home)

    def pull(self, name: str, *, progress: Callable[[int, int], None] | None = None) -> Path:
        """Fetch a model that is known by name; `say` is told what, how large and from where. Raises ModelError."""
        return pull.pull(name, self._models_home, say=self._say, progress=progress)

    def _reports(
        self, progress: Tell | None, meter: Meter | None, stop: threading.Event | None
    ) -> tuple[list[Outcome], Reports]:
        told: list[Outcome] = []

        def tell(outcome: Outcome) -> None:
            told.append(outcome)
            (progress or _nothing)(outcome)

        return told, Reports(tell, meter or _nothing, self._say, stop or threading.Event())

    def _writing(self, doing: str, reports: Reports) -> AbstractContextManager[Indexer]:
        extras.use(audio_model=self.config.audio_model)
        limits = Limits(self.config.parse_seconds, self.config.parse_memory_mb, self.config.parse_text_mb)
        workers = self.config.workers or extras.fitting(os.cpu_count() or 1)
        return indexer(self.home, self._embedding, workers=workers, limits=limits, doing=doing, reports=reports)


def _nothing(told: object) -> None:
    """Nobody listens."""


def _absolute(paths: Iterable[Path | str]) -> list[Path]:
    """Paths as remembered: absolute, without "..", links kept. Raises SourceError for none or an empty one."""
    named = list(paths)
    chosen = [Path(os.path.abspath(Path(path).expanduser())) for path in named]  # noqa: PTH100 - resolve follows links
    if not chosen or "" in named:
        raise SourceError("no path was given", remedy="name a folder or a file")
    return chosen


def _named(paths: list[Path]) -> list[Path]:
    """The same paths. Raises SourceError for one that no store takes: nothing was or can be read from it."""
    for path in map(str, paths):
        if not walk.is_text(path):
            raise SourceError(f"{walk.shown(path)}: {rules.NAME}")
    return paths
