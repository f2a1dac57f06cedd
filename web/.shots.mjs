import { chromium } from 'playwright-core'
const [base, user, theme, lang, out, ...paths] = process.argv.slice(2)
import fs from 'node:fs'; fs.mkdirSync(out,{recursive:true})
const b = await chromium.launch({ executablePath:'/usr/bin/chromium', args:['--no-sandbox','--disable-background-networking','--no-first-run','--use-gl=angle','--use-angle=swiftshader','--enable-unsafe-swiftshader','--ignore-gpu-blocklist'] })
for (const [w,h] of [[1440,900],[390,844]]) {
  const c = await b.newContext({ viewport:{width:w,height:h} })
  await c.addInitScript(([t,l])=>{ localStorage.setItem('fengsui.theme',t); localStorage.setItem('fengsui.locale',l); localStorage.setItem('fengsui.language',l)},[theme,lang])
  const r = await c.request.post(base+'/api/v1/login',{headers:{'X-Fengsui':'1'},data:{login:user,login_name:user,name:user,password:'演示密码-请勿用于正式环境'}})
  if(!r.ok()) console.log('login',r.status(),await r.text())
  const p = await c.newPage(); p.on('pageerror',e=>console.log('ERR',e.message)); p.on('console',m=>{if(m.type()==='error')console.log('CON',p.url(),m.text())})
  for (const path of paths) {
    await p.goto(base+path); await p.waitForLoadState('networkidle').catch(()=>{}); await p.waitForTimeout(400)
    const over = await p.evaluate(()=>document.documentElement.scrollWidth>innerWidth+1)
    if(over) console.log('OVERFLOW',w,path)
    await p.screenshot({path:`${out}/${w}-${path.replace(/[^\w]+/g,'_')}.png`})
  }
}
await b.close()
