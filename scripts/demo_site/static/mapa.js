fetch('/api/capas').then(function (r) { return r.json(); }).then(function (capas) {
  document.getElementById('root').textContent = capas.map(function (c) { return c.nombre; }).join(', ');
});
