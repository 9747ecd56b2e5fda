// What neither HTML nor htmx does: a number field's − and +, marking what is being loaded, closing a
// notice, saying when nothing came, and "back". Without it the shop works as without htmx.

// In the cart these buttons submit a form of their own; with a script the field itself counts, so
// that of three quick taps none is lost.
addEventListener('click', (event) => {
  const step = event.target.closest?.('[data-step]');
  if (!step) return;
  event.preventDefault();
  const field = step.closest('.stepper').querySelector('[type=number]');
  step.dataset.step > 0 ? field.stepUp() : field.stepDown();
  field.dispatchEvent(new Event('change', { bubbles: true }));
}, true);

addEventListener('click', (event) => {
  event.target.closest?.('[data-close]')?.closest('.notice').remove();
});

// What a field said earlier is not written over what it says now.
let latest = 0;
addEventListener('change', (event) => { latest = event.timeStamp; }, true);
addEventListener('htmx:before:response', (event) => {
  const cause = event.detail.ctx.sourceEvent;
  if (cause?.type === 'change' && cause.timeStamp < latest) event.preventDefault();
});

// An answer may name another target than the one that was marked. A live region that is busy says
// nothing: there it is the button.
const busy = new WeakMap();

addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  const waiting = ctx.target?.ariaLive ? ctx.request.submitter : ctx.target;
  if (!waiting) return;
  waiting.ariaBusy = 'true';
  busy.set(ctx, waiting);
});

addEventListener('htmx:finally:request', ({ detail: { ctx } }) => busy.get(ctx)?.removeAttribute('aria-busy'));

// A proxy's error page, or a hotel's sign-in page, takes no place in ours.
addEventListener('htmx:before:response', (event) => {
  const ours = event.detail.ctx.response.headers.has('content-security-policy');
  if (ours) {
    document.getElementById('unreachable')?.remove();
  } else {
    event.preventDefault();
    sayUnreachable();
  }
});

addEventListener('htmx:error', ({ detail: { ctx } }) => {
  if (ctx && !ctx.response) sayUnreachable();
});

function sayUnreachable() {
  const notices = document.getElementById('notices');
  const notice = document.createElement('p');
  notice.id = 'unreachable';
  notice.className = 'notice notice--bad';
  notice.textContent = notices.dataset.unreachable;
  notices.replaceChildren(notice);
}

// A browser may keep a page for "back". It is loaded again where somebody's name is on it, even if it
// was not to be kept (no-store), where a guest's comes back to who is signed in, and where the cart
// has changed since.
const inCart = () => document.querySelector('.counters .count')?.textContent ?? '';
addEventListener('pagehide', () => { localStorage.inCart = inCart(); });
addEventListener('pageshow', ({ persisted }) => {
  const signedIn = String('signedIn' in document.body.dataset);
  const back = persisted || performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
  if (persisted && (signedIn === 'true' || localStorage.signedIn === 'true')) location.reload();
  else if (back && localStorage.inCart !== undefined && localStorage.inCart !== inCart()) location.reload();
  else localStorage.signedIn = signedIn;
});
