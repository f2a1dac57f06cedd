// A place pointed at on the public form: public roads, outlines and names of villages, drawn here from one small answer of this
// server, asked for only when somebody wants to point. By finger: drag, tap. By keyboard: arrows move, + and - zoom, Enter points
// at the middle. Words remain the equal way.
window.pointOnMap = function (box, point, shut, done) {
  'use strict'
  var words = document.documentElement.lang === 'en'
    ? { chosen: 'Place chosen', near: ', near {}', how: 'Map of the town: tap where it is. By keyboard: arrows move, + and \u2212 zoom, Enter takes the middle.', opening: 'Opening the map\u2026', larger: 'Zoom in', smaller: 'Zoom out' }
    : { chosen: '已指好位置', near: '，在“{}”附近', how: '本镇地图：点一下问题所在的地方。用键盘时，方向键移动，加减键缩放，回车选正中。', opening: '正在打开地图…', larger: '放大', smaller: '缩小' }
  var style = document.createElement('style')
  style.textContent = '.map{display:block;width:100%;height:20rem;max-height:60vh;margin-top:.6rem;border:1px solid var(--ink2);border-radius:.75rem;touch-action:none}.zoom{display:flex;margin:.5rem 0}.zoom button{font-size:1.5rem;line-height:1}.zoom button+button{margin-left:.6rem}'
  document.head.appendChild(style)
  var canvas = document.createElement('canvas')
  var bar = document.createElement('div')
  var told = document.createElement('small')
  var draw = canvas.getContext && canvas.getContext('2d')
  told.setAttribute('role', 'status')
  box.appendChild(told)
  if (!draw) return void (told.textContent = shut)
  told.textContent = words.opening
  fetch('/p/map.json').then(function (answer) {
    if (!answer.ok) throw new Error(String(answer.status))
    return answer.json()
  }).then(function (ground) {
    if (!ground.bounds) throw new Error('nothing to draw')
    show(ground)
  }).catch(function () {
    told.textContent = shut
  })

  function show(ground) {
    var b = ground.bounds
    var squeeze = Math.cos((b[1] + b[3]) / 2 * Math.PI / 180)
    var middle = [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2]
    var scale = 0
    var least = 0
    var down = {}
    var moved = false
    var apart = 0
    canvas.tabIndex = 0
    canvas.setAttribute('role', 'application')
    canvas.setAttribute('aria-label', words.how)
    canvas.className = 'map'
    bar.className = 'zoom'
    ;[['+', words.larger, 2], ['\u2212', words.smaller, 0.5]].forEach(function (one) {
      var button = document.createElement('button')
      button.type = 'button'
      button.textContent = one[0]
      button.setAttribute('aria-label', one[1])
      button.addEventListener('click', function () { zoom(one[2]) })
      bar.appendChild(button)
    })
    box.insertBefore(canvas, told)
    box.insertBefore(bar, told)
    told.textContent = words.how

    function x(lon) { return canvas.width / 2 + (lon - middle[0]) * squeeze * scale }
    function y(lat) { return canvas.height / 2 - (lat - middle[1]) * scale }
    function there(px, py) { return [middle[0] + (px - canvas.width / 2) / scale / squeeze, middle[1] - (py - canvas.height / 2) / scale] }
    function ratio() { return window.devicePixelRatio || 1 }
    function zoom(by) {
      scale = Math.min(Math.max(scale * by, least), 4e5 * ratio())
      paint()
    }
    function path(line) {
      draw.beginPath()
      for (var i = 0; i < line.length; i++) draw[i ? 'lineTo' : 'moveTo'](x(line[i][0]), y(line[i][1]))
      draw.stroke()
    }
    function paint() {
      var style = getComputedStyle(document.documentElement)
      var color = function (name) { return style.getPropertyValue('--' + name).trim() }
      var r = ratio()
      var taken = []
      draw.fillStyle = color('card')
      draw.fillRect(0, 0, canvas.width, canvas.height)
      draw.lineJoin = draw.lineCap = 'round'
      draw.strokeStyle = color('line')
      draw.setLineDash([6 * r, 4 * r])
      draw.lineWidth = 2 * r
      ground.borders.forEach(path)
      draw.setLineDash([])
      for (var i = ground.roads.length - 1; i >= 0; i--) {
        draw.strokeStyle = color(ground.roads[i].wide ? 'amber' : 'ink2')
        draw.lineWidth = (ground.roads[i].wide ? 3 : 1.5) * r
        path(ground.roads[i].line)
      }
      // A name that would lie on another is left out until there is room.
      function name(words_, at, size, ink) {
        draw.font = size * r + 'px system-ui, sans-serif'
        var half = draw.measureText(words_).width / 2 + 4 * r
        var px = x(at[0])
        var py = y(at[1])
        var own = [px - half, py - size * r, px + half, py + size * r]
        if (px < half || px > canvas.width - half || py < size * r || py > canvas.height - size * r) return
        if (taken.some(function (o) { return own[0] < o[2] && o[0] < own[2] && own[1] < o[3] && o[1] < own[3] })) return
        taken.push(own)
        draw.lineWidth = 4 * r
        draw.strokeStyle = color('card')
        draw.fillStyle = color(ink)
        draw.strokeText(words_, px, py)
        draw.fillText(words_, px, py)
      }
      draw.textAlign = 'center'
      draw.textBaseline = 'middle'
      ground.villages.forEach(function (one) { name(one.name, one.at, 18, 'ink') })
      var said = {}
      ground.roads.forEach(function (one) {
        if (!one.name || said[one.name]) return
        var at = one.line[Math.floor(one.line.length / 2)]
        var before = taken.length
        name(one.name, at, 18, 'ink2')
        if (taken.length > before) said[one.name] = true
      })
      if (point.value) {
        var set = point.value.split(',')
        draw.beginPath()
        draw.arc(x(Number(set[0])), y(Number(set[1])), 11 * r, 0, 7)
        draw.fillStyle = '#b3261e'
        draw.fill()
        draw.lineWidth = 3 * r
        draw.strokeStyle = '#fff'
        draw.stroke()
      }
      if (document.activeElement === canvas) {
        draw.lineWidth = 2 * r
        draw.strokeStyle = color('brand')
        draw.beginPath()
        draw.moveTo(canvas.width / 2 - 14 * r, canvas.height / 2)
        draw.lineTo(canvas.width / 2 + 14 * r, canvas.height / 2)
        draw.moveTo(canvas.width / 2, canvas.height / 2 - 14 * r)
        draw.lineTo(canvas.width / 2, canvas.height / 2 + 14 * r)
        draw.stroke()
      }
    }
    /** The road or village a point is nearest to, for who cannot see the map. */
    function near(at) {
      var best = ''
      var least_ = Infinity
      function ask(name, to) {
        var away = Math.pow((to[0] - at[0]) * squeeze, 2) + Math.pow(to[1] - at[1], 2)
        if (name && away < least_) { least_ = away; best = name }
      }
      ground.roads.forEach(function (one) { one.line.forEach(function (to) { ask(one.name, to) }) })
      // About three hundred metres.
      if (least_ > 0.0027 * 0.0027) { least_ = Infinity; best = ''; ground.villages.forEach(function (one) { ask(one.name, one.at) }) }
      return best
    }
    function set(at) {
      var by = near(at)
      done(at[0].toFixed(6) + ',' + at[1].toFixed(6))
      told.textContent = words.chosen + (by ? words.near.replace('{}', by) : '')
    }
    function fit() {
      var r = ratio()
      canvas.width = Math.round(canvas.clientWidth * r)
      canvas.height = Math.round(canvas.clientHeight * r)
      least = Math.min(canvas.width / ((b[2] - b[0]) * squeeze || 1e-3), canvas.height / (b[3] - b[1] || 1e-3)) * 0.92
      if (scale < least) scale = least
      paint()
    }
    function spot(event) {
      var r = ratio()
      var box_ = canvas.getBoundingClientRect()
      return [(event.clientX - box_.left) * r, (event.clientY - box_.top) * r]
    }
    canvas.addEventListener('pointerdown', function (event) {
      down[event.pointerId] = spot(event)
      if (Object.keys(down).length === 1) moved = false
      apart = 0
      try { canvas.setPointerCapture(event.pointerId) } catch (_) { /* an old browser drags only within the map */ }
    })
    canvas.addEventListener('pointermove', function (event) {
      var from = down[event.pointerId]
      if (!from) return
      var to = spot(event)
      var fingers = Object.keys(down)
      if (fingers.length === 1) {
        if (!moved && Math.abs(to[0] - from[0]) + Math.abs(to[1] - from[1]) < 8 * ratio()) return
        middle = [middle[0] - (to[0] - from[0]) / scale / squeeze, middle[1] + (to[1] - from[1]) / scale]
      }
      moved = true
      down[event.pointerId] = to
      if (fingers.length === 2) {
        var now = Math.sqrt(Math.pow(down[fingers[0]][0] - down[fingers[1]][0], 2) + Math.pow(down[fingers[0]][1] - down[fingers[1]][1], 2))
        if (apart) zoom(now / apart)
        apart = now
      }
      paint()
    })
    function up(event) { delete down[event.pointerId]; apart = 0 }
    canvas.addEventListener('pointerup', up)
    canvas.addEventListener('pointercancel', up)
    canvas.addEventListener('click', function (event) {
      if (moved) return void (moved = false)
      var at = spot(event)
      set(there(at[0], at[1]))
    })
    canvas.addEventListener('keydown', function (event) {
      var step = 40 * ratio() / scale
      var by = { ArrowLeft: [-step / squeeze, 0], ArrowRight: [step / squeeze, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key]
      if (by) middle = [middle[0] + by[0], middle[1] + by[1]]
      else if (event.key === '+' || event.key === '=') zoom(2)
      else if (event.key === '-') zoom(0.5)
      else if (event.key === 'Enter') set(middle.slice())
      else return
      event.preventDefault()
      paint()
    })
    canvas.addEventListener('focus', paint)
    canvas.addEventListener('blur', paint)
    point.addEventListener('change', function () {
      if (!point.value) told.textContent = words.how
      paint()
    })
    window.addEventListener('resize', fit)
    fit()
  }
}
