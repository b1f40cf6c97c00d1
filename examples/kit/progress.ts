import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "together-retrieval";

/** Shorter work shows no progress bar. */
const BAR_DELAY_MS = 2000;

/** Shows a progress bar with speed and remaining time after two seconds. It shows nothing in a pipe. */
export async function withProgress<Result>(
  label: string,
  work: (onProgress: (progress: Progress) => void) => Promise<Result>,
): Promise<Result> {
  const format = `${label} {bar} {value} of {total} · {rate}/s · {eta_formatted} left`;
  const bar = new SingleBar({ format, gracefulExit: false, clearOnComplete: true }, Presets.shades_classic);
  const startedAt = performance.now();
  let latest: Progress = { done: 0, total: 0 };
  const rate = (): { rate: number } => {
    return { rate: Math.round((latest.done / (performance.now() - startedAt)) * 1000) };
  };
  const barTimer = setTimeout(() => bar.start(latest.total, latest.done, rate()), BAR_DELAY_MS);
  try {
    return await work((progress) => {
      latest = progress;
      if (!bar.isActive) return;
      bar.setTotal(progress.total);
      bar.update(progress.done, rate());
    });
  } finally {
    clearTimeout(barTimer);
    bar.stop();
  }
}
