// What Piccolo Admin's page lacks. Loaded before its own script.

// "Use again" shows the same form: with the page it gets a key of its own, and can be sent again.
addEventListener('click', (event) => {
  if (event.target.closest?.('#success_message + ul a[href="#"]')) location.reload();
}, true);
