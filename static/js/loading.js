// What htmx leaves to the page: marking what is being loaded, and saying when nothing came.
// `ctx.target` may be told anew by the answer, so what was marked is remembered.
const busy = new WeakMap();

addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  if (!ctx.target || ctx.target.ariaLive) return; // a live region that is busy says nothing
  ctx.target.ariaBusy = 'true';
  busy.set(ctx, ctx.target);
});

addEventListener('htmx:finally:request', ({ detail: { ctx } }) => busy.get(ctx)?.removeAttribute('aria-busy'));

// A proxy's error page, or a hotel's sign-in page, takes no place in ours.
addEventListener('htmx:before:response', (event) => {
  const ours = event.detail.ctx.response.headers.has('content-security-policy');
  if (!ours) {
    event.preventDefault();
    sayUnreachable();
  }
});

addEventListener('htmx:error', ({ detail: { ctx } }) => {
  if (ctx && !ctx.response) sayUnreachable();
});

function sayUnreachable() {
  const notice = document.getElementById('unreachable').content.cloneNode(true);
  document.getElementById('notices').replaceChildren(notice);
}
