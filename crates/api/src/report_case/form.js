// What the report form gains with a script: the photo that was chosen, a button to say where one stands, and one to speak
// into, put before the file field. Without this script, a position, a microphone or a recorder the form does without.
// Nothing is sent before it is. A form that is refused stays as it is, its photo too; without this script the page that
// comes back has everything but the files. What was typed goes along to the same page in larger letters or English. The page
// behind a facility's label runs it, too.
(function () {
  'use strict'
  var form = document.querySelector('form[enctype]')
  if (!form || !window.fetch || !window.FormData || !window.DOMParser || !window.Promise) return
  var sending = false
  form.addEventListener('submit', function (event) {
    event.preventDefault()
    if (sending) return
    sending = true
    fetch(form.action, { method: 'POST', body: new FormData(form) }).then(function (answer) {
      if (answer.redirected) return void location.assign(answer.url)
      return answer.text().then(function (page) {
        var note = new DOMParser().parseFromString(page, 'text/html').querySelector('[role=alert]')
        if (!note) throw new Error('no answer')
        var again = note.querySelector('.again')
        if (again) again.parentNode.removeChild(again)
        var before = document.querySelector('[role=alert]')
        if (before) before.parentNode.removeChild(before)
        note = document.importNode(note, true)
        note.tabIndex = -1
        form.parentNode.insertBefore(note, form)
        note.focus()
        sending = false
      })
    }).catch(function () {
      // As it would go without a script: the receipt in the form makes sure it counts once.
      form.submit()
      sending = false
    })
  })
})();
(function () {
  'use strict'
  var field = document.getElementById('photo')
  if (!field || !window.URL || !URL.createObjectURL) return
  var seen = document.createElement('img')
  seen.id = 'seen'
  seen.alt = ''
  seen.hidden = true
  field.parentNode.insertBefore(seen, field.nextSibling)
  var told = document.createElement('small')
  told.setAttribute('role', 'status')
  field.parentNode.insertBefore(told, seen.nextSibling)
  function show() {
    var file = field.files && field.files[0]
    // What would be refused is not sent first, over a thin line.
    var large = !!file && file.size > Number(field.getAttribute('data-b'))
    if (large || file) told.textContent = large ? field.getAttribute('data-w') : ''
    if (large) {
      field.value = ''
      file = null
    }
    if (seen.src) URL.revokeObjectURL(seen.src)
    seen.hidden = !file
    seen.style.display = file ? 'block' : 'none'
    if (file) seen.src = URL.createObjectURL(file)
    else seen.removeAttribute('src')
  }
  field.addEventListener('change', show)
  show()
})();
(function () {
  'use strict'
  var point = document.getElementById('point')
  if (!point) return
  // Who says where he stands, or points at it, need not find words for it.
  var address = document.getElementById('address')
  var needed = !!address && address.required
  point.addEventListener('change', function () {
    if (address) address.required = needed && !point.value
  })
  function say(value) {
    point.value = value
    var event = document.createEvent('Event')
    event.initEvent('change', false, false)
    point.dispatchEvent(event)
  }
  function added(tag, words) {
    var one = document.createElement(tag)
    if (tag === 'button') one.type = 'button'
    else one.setAttribute('role', 'status')
    one.textContent = words
    point.parentNode.insertBefore(one, point)
    return one
  }
  if (navigator.geolocation) (function () {
    var words = point.getAttribute('data-w').split('|')
    var button = added('button', words[0])
    var told = added('small', '')
    var mine = ''
    point.addEventListener('change', function () {
      // Pointed at on the map since: that is what counts.
      if (point.value === mine) return
      mine = told.textContent = ''
      button.textContent = words[0]
    })
    button.addEventListener('click', function () {
      if (mine) return void say('')
      told.textContent = words[1]
      navigator.geolocation.getCurrentPosition(function (at) {
        mine = at.coords.longitude.toFixed(6) + ',' + at.coords.latitude.toFixed(6)
        say(mine)
        told.textContent = words[2] + ' \u00b1 ' + Math.round(at.coords.accuracy) + ' m'
        button.textContent = words[3]
      }, function () {
        told.textContent = words[4]
      }, { enableHighAccuracy: true, timeout: 20000 })
    })
  })()
  if (window.fetch && document.createElement('canvas').getContext) (function () {
    var words = point.getAttribute('data-m').split('|')
    var button = added('button', words[0])
    var box = document.createElement('div')
    var open = false
    var pointed = ''
    box.hidden = true
    button.setAttribute('aria-expanded', 'false')
    point.parentNode.insertBefore(box, point)
    // Nothing of the map is fetched before somebody wants it.
    function load() {
      var script = document.createElement('script')
      script.src = '/p/map.js'
      script.onload = function () { window.pointOnMap(box, point, words[2], function (at) { pointed = at; say(at) }) }
      script.onerror = function () {
        box.textContent = words[2]
        button.disabled = true
      }
      document.body.appendChild(script)
    }
    button.addEventListener('click', function () {
      if (!box.hasChildNodes() && !open) load()
      open = !open
      box.hidden = !open
      button.setAttribute('aria-expanded', String(open))
      button.textContent = words[open ? 1 : 0]
      // As its button says: a map folded away points at nothing. Where somebody stands is not the map's.
      if (!open && pointed && point.value === pointed) say('')
      else window.dispatchEvent(new Event('resize'))
    })
  })()
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
})();
(function () {
  'use strict'
  // Larger letters and the other language are links to this page: what was typed goes along. Files stay behind, and so does
  // what nobody sees: a receipt is the form's own, and a position is asked for again.
  var form = document.querySelector('form[enctype]')
  var store = null
  try { store = window.sessionStorage } catch (nobody) { return }
  if (!form || !store) return
  var key = 'typed ' + location.pathname
  function each(act) {
    for (var i = 0; i < form.elements.length; i++) {
      var one = form.elements[i]
      if (one.name && !/^(file|hidden|submit|button)$/.test(one.type)) act(one, one.name + (one.type === 'radio' ? ' ' + one.value : ''))
    }
  }
  var typed = null
  try {
    typed = JSON.parse(store.getItem(key))
    store.removeItem(key)
  } catch (nothing) { typed = null }
  if (typed) each(function (one, name) {
    if (one.type === 'radio') one.checked = typed[name] === true
    else if (typeof typed[name] === 'string') one.value = typed[name]
  })
  var links = document.querySelectorAll('a[href]')
  for (var n = 0; n < links.length; n++) if (links[n].pathname === location.pathname) links[n].addEventListener('click', function () {
    var now = {}
    each(function (one, name) { now[name] = one.type === 'radio' ? one.checked : one.value })
    try { store.setItem(key, JSON.stringify(now)) } catch (full) { /* Then it is typed again. */ }
  })
})()
