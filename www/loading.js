// SPDX-License-Identifier: GPL-2.0-only
// Says how much of the program has come, and what to do if it does not. Trunk calls this while it loads the program;
// it is the one script beside the program itself, because nothing else can speak before that has come.
export default function loading() {
  const text = document.getElementById("loading");
  const share = document.getElementById("loading-share");
  // A link to another comparison: what stands here is not its answer.
  const here = document.getElementById("command").textContent.split("'")[1];
  if (location.hash.startsWith("#v=") && !location.hash.startsWith(`#${here}`)) {
    document.getElementById("answer").classList.add("example");
  }
  return {
    onStart() {},
    onProgress({ current, total }) {
      if (!share.isConnected || !total) return;
      share.value = Math.min(100, (100 * current) / total);
      text.textContent = `Computed beforehand. Loading the program: ${Math.round(current / 1000)} of ${Math.round(total / 1000)} kB.`;
    },
    onComplete() {},
    onSuccess() {},
    onFailure(error) {
      if (!text.isConnected) return;
      text.textContent = `The program could not be loaded (${error}). The figures here were computed before the page was published. `;
      const again = document.createElement("a");
      again.href = "";
      again.textContent = "Load the page again";
      text.append(again, "; if that does not help, use a browser that has WebAssembly.");
      text.setAttribute("role", "alert");
    },
  };
}
