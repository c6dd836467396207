(function () {
  var aviso = document.getElementById('aviso-cookies');
  if (!aviso || document.cookie.indexOf('aviso=1') >= 0) { return; }
  aviso.hidden = false;
  aviso.querySelector('button').addEventListener('click', function () {
    document.cookie = 'aviso=1;path=/;max-age=15552000';
    aviso.hidden = true;
  });
})();
