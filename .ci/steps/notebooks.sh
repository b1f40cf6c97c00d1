# limit: 1200
# takes: 120
# The notebooks from top to bottom, in Jupyter with the tslab kernel; fails on an error in any cell.
.ci/jupyter
npx tsx tools/prepare.ts examples
.ci/build
/usr/bin/python3 examples/notebooks/run.py
