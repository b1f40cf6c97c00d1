# limit: 1200
# takes: 120
# Runs all cells of the notebooks in Jupyter with the tslab kernel. Fails if a cell has an error.
.ci/jupyter
node --import tsx tools/prepare.ts examples
.ci/build
/usr/bin/python3 examples/notebooks/run.py
