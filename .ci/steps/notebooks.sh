# limit: 600
# The notebooks from top to bottom, in Jupyter with the tslab kernel; fails on an error in any cell.
packages="jupyter-client jupyter-core python3-nbclient"
if ! /usr/bin/python3 -c "import nbclient, nbformat" 2>/dev/null; then
  # Where apt may not install them, the notebooks cannot run.
  # shellcheck disable=SC2086
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages) >/dev/null 2>&1 || {
    echo "Jupyter is missing: apt-get install $packages"
    exit 77
  }
fi
.ci/install examples/notebooks
.ci/build
/usr/bin/python3 examples/notebooks/run.py
