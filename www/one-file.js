// SPDX-License-Identifier: GPL-2.0-only
// The end of the script of a page of one file, after the program's glue and the loading message, which it calls. The
// element's text runs twice: here in the page, and in each worker, which has no document and waits for the program.
if (globalThis.document) {
  const start = async () => {
    const packed = atob(document.getElementById("oompoint-program").textContent);
    const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    await __wbg_init({ module_or_path: new Response(plain, { headers: { "content-type": "application/wasm" } }) });
  };
  const told = loading();
  start().then(told.onSuccess, told.onFailure);
} else {
  onmessage = (event) => {
    onmessage = null;
    __wbg_init({ module_or_path: event.data });
  };
}
