import { afterEach } from 'vitest'
import { Scene } from './scene.ts'

/** Gives what begins the scene of a test. The scene is closed after the test, which fails when a timer is left. */
export function sceneOfTest(): (alerting: string) => Promise<Scene> {
  let scene: Scene | null = null
  afterEach(async () => {
    await scene?.[Symbol.asyncDispose]()
    const left = scene?.clock.pendingTimers ?? 0
    scene = null
    if (left > 0) throw new Error(`${left} timers are left`)
  })
  return async (alerting) => {
    scene = new Scene(alerting)
    await scene.start()
    return scene
  }
}
