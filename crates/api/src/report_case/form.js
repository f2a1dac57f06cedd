// What the report form gains with a script: a button to say where one stands, and one to speak into, put before the file
// field. Without this script, a position, a microphone or a recorder the form does without. Nothing is sent before it is.
(function () {
  'use strict'
  var point = document.getElementById('point')
  if (!point || !navigator.geolocation) return
  var words = point.getAttribute('data-w').split('|')
  var button = document.createElement('button')
  button.type = 'button'
  button.textContent = words[0]
  var told = document.createElement('small')
  told.setAttribute('role', 'status')
  point.parentNode.insertBefore(button, point)
  point.parentNode.insertBefore(told, point)
  button.addEventListener('click', function () {
    if (point.value) {
      point.value = ''
      told.textContent = ''
      button.textContent = words[0]
      return
    }
    told.textContent = words[1]
    navigator.geolocation.getCurrentPosition(function (at) {
      point.value = at.coords.longitude.toFixed(6) + ',' + at.coords.latitude.toFixed(6)
      told.textContent = words[2] + ' ± ' + Math.round(at.coords.accuracy) + ' m'
      button.textContent = words[3]
    }, function () {
      told.textContent = words[4]
    }, { enableHighAccuracy: true, timeout: 20000 })
  })
})();
(function () {
  'use strict'
  var field = document.getElementById('voice')
  var media = navigator.mediaDevices
  if (!field || !window.MediaRecorder || !media || !media.getUserMedia || !window.DataTransfer) return
  var words = field.getAttribute('data-w').split('|')
  var most = Number(field.getAttribute('data-s')) * 1000
  var large = Number(field.getAttribute('data-kb')) * 1024
  var button = document.createElement('button')
  button.type = 'button'
  button.textContent = words[0]
  button.style.touchAction = 'none'
  button.style.userSelect = button.style.webkitUserSelect = 'none'
  var told = document.createElement('small')
  told.setAttribute('role', 'status')
  var heard = document.createElement('audio')
  heard.controls = true
  heard.hidden = true
  heard.style.width = '100%'
  field.parentNode.insertBefore(button, field)
  field.parentNode.insertBefore(told, field)
  field.parentNode.insertBefore(heard, field)
  var recorder = null
  var held = false
  var asking = false
  var since = 0
  var clock = 0
  function kind() {
    var kinds = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']
    for (var i = 0; i < kinds.length; i++) if (MediaRecorder.isTypeSupported(kinds[i])) return kinds[i]
    return ''
  }
  function keep(blob) {
    if (!blob.size) return void (told.textContent = words[3])
    if (blob.size > large) return void (told.textContent = words[4])
    var type = (blob.type || 'audio/webm').split(';')[0]
    var list = new DataTransfer()
    list.items.add(new File([blob], 'voice.' + type.split('/')[1], { type: type }))
    field.files = list.files
    heard.src = URL.createObjectURL(blob)
    heard.hidden = false
    told.textContent = Math.max(1, Math.round((Date.now() - since) / 1000)) + ' s'
  }
  function start() {
    if (recorder || asking) return
    held = asking = true
    media.getUserMedia({ audio: true }).then(function (stream) {
      asking = false
      var parts = []
      var options = { audioBitsPerSecond: 24000 }
      if (kind()) options.mimeType = kind()
      recorder = new MediaRecorder(stream, options)
      recorder.ondataavailable = function (event) { if (event.data.size) parts.push(event.data) }
      recorder.onstop = function () {
        clearInterval(clock)
        stream.getTracks().forEach(function (track) { track.stop() })
        var made = recorder
        recorder = null
        held = false
        button.textContent = words[2]
        keep(new Blob(parts, { type: made.mimeType }))
      }
      since = Date.now()
      recorder.start()
      button.textContent = words[1]
      clock = setInterval(function () {
        told.textContent = Math.round((Date.now() - since) / 1000) + ' s'
        if (Date.now() - since >= most) stop()
      }, 200)
      // Let go while the browser was still asking for the microphone.
      if (!held) stop()
    }, function () {
      held = asking = false
      told.textContent = words[3]
    })
  }
  function stop() {
    held = false
    if (recorder && recorder.state === 'recording') recorder.stop()
  }
  button.addEventListener('pointerdown', function (event) {
    event.preventDefault()
    try { button.setPointerCapture(event.pointerId) } catch (_) { /* an old browser ends when the finger leaves the button */ }
    start()
  })
  button.addEventListener('pointerup', stop)
  button.addEventListener('pointercancel', stop)
  button.addEventListener('contextmenu', function (event) { event.preventDefault() })
  // By keyboard: once begins, once more ends.
  button.addEventListener('keydown', function (event) {
    if (event.key !== ' ' && event.key !== 'Enter') return
    event.preventDefault()
    if (event.repeat) return
    if (recorder) stop()
    else start()
  })
  field.addEventListener('change', function () {
    var file = field.files && field.files[0]
    heard.hidden = !file
    if (file) heard.src = URL.createObjectURL(file)
    told.textContent = file && file.size > large ? words[4] : ''
  })
})()
