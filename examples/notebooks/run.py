"""Runs the notebooks in Jupyter, and prints the cell in which one fails.

    python3 examples/notebooks/run.py                       runs all notebooks
    python3 examples/notebooks/run.py 6-limits.ipynb        runs one
    python3 examples/notebooks/run.py --write               also writes the outputs to the notebooks
"""

import os
import pathlib
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

here = pathlib.Path(__file__).parent.resolve()
os.environ["JUPYTER_PATH"] = str(here / ".jupyter")
os.environ["PATH"] = f"{here.parent / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
for name in ("TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHER_BASE_URL", "TOGETHER_API_BASE"):
    os.environ.pop(name, None)

named = [argument for argument in sys.argv[1:] if argument != "--write"]
failed = False
for path in [here / name for name in named] or sorted(here.glob("*.ipynb")):
    notebook = nbformat.read(path, as_version=4)
    started = time.monotonic()
    try:
        resources = {"metadata": {"path": str(here)}}
        NotebookClient(notebook, kernel_name="tslab", timeout=120, resources=resources, record_timing=False).execute()
        print(f"{path.name}: {time.monotonic() - started:.1f} s")
        if "--write" in sys.argv:
            nbformat.write(notebook, path)
    except CellExecutionError:
        failed = True
        # The error of tslab has no message. The message is in the stderr of the cell.
        for number, cell in enumerate(notebook.cells):
            for output in cell.get("outputs", []):
                if output.output_type == "stream" and output.name == "stderr":
                    print(f"{path.name}, cell {number + 1}:\n{output.text}", file=sys.stderr)
sys.exit(1 if failed else 0)
