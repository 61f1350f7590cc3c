// SPDX-License-Identifier: GPL-2.0-only
// Runs before the page's own scripts, as the body of a function of `cores`, and watches from outside: when work is
// given to workers and when the comparison stands, what kept the page from answering, and when maps are drawn.

const bench = { begun: null, done: null, cells: [], long: [], draws: [], stood: false };
window.bench = bench;
Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => cores });

const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...rest) {
  bench.begun ??= performance.now();
  // A job is a list; the first byte of its first part says its kind, `message::Job::Cell` being 0.
  if (Array.isArray(message) && message[0][0] === 0) bench.cells.push({ worker: this, message });
  return post.call(this, message, ...rest);
};

new MutationObserver(() => {
  const stands = document.querySelector('.app[data-state="done"]') !== null;
  // What stood before is not the answer to what is asked now.
  if (stands && bench.begun !== null && !bench.stood) bench.done ??= performance.now();
  if (!stands) bench.stood = false;
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) bench.long.push({ at: entry.startTime, ms: entry.duration });
}).observe({ type: "longtask", buffered: true });

const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (...all) {
  if (this.id.startsWith("inside-map-")) {
    const asked = performance.now();
    // Whoever asks first for a size or a colour waits for the style and layout of all that has just changed. That is
    // no drawing, so it is asked for here.
    void this.clientWidth;
    const from = performance.now();
    // Comes when the script that draws is through.
    queueMicrotask(() => bench.draws.push({ asked, from, end: performance.now() }));
  }
  return getContext.apply(this, all);
};

// What the comparison took, and the tasks above 50 ms in it.
bench.sweep = () => ({
  ms: bench.done - bench.begun,
  cells: bench.cells.length,
  workers: new Set(bench.cells.map((cell) => cell.worker)).size,
  long: bench.long.filter((task) => task.at >= bench.begun && task.at <= bench.done).map((task) => task.ms),
});

// Opens another comparison in the same page, as a link in it does, and forgets the one that stands.
bench.next = (hash) => {
  Object.assign(bench, { begun: null, done: null, cells: [], long: [], stood: true });
  location.hash = hash;
};

// Has a worker run a cell again; the page has had its answer and takes no notice of this one.
bench.again = async (number) => {
  const { worker, message } = bench.cells[number];
  const answer = new Promise((heard) => worker.addEventListener("message", heard, { once: true }));
  const from = performance.now();
  post.call(worker, message);
  const text = new TextDecoder().decode((await answer).data);
  return { ms: performance.now() - from, digest: /"digest":"([0-9a-f]{16})"/.exec(text)[1] };
};

// Moves the scrubber as a drag does. Ends when the frame that shows the moment has been made.
bench.scrub = (mib) =>
  new Promise((end) => {
    const range = document.querySelector("#inside-range");
    bench.draws.length = 0;
    const from = performance.now();
    const seen = new MutationObserver(() => {
      seen.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          const painted = performance.now() - from;
          const [first, , last] = bench.draws;
          const maps = last && { layout: first.from - first.asked, drawn: last.end - first.from };
          end({ painted, maps: maps ?? null });
        };
        port2.postMessage(null);
      });
    });
    seen.observe(document.querySelector("#inside .now"), { subtree: true, childList: true, characterData: true });
    range.value = mib;
    range.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
