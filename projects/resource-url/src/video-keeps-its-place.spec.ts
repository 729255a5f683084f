import { provideHttpClient } from '@angular/common/http';
import { Component, PLATFORM_ID, signal, viewChild } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from './provide-resource-urls.ts';
import { ResourceSrc } from './resource-src.ts';
import { ResourceUrlService } from './resource-url.service.ts';
import { next, NO_PICTURE, reached } from './testing/real-pictures.ts';
import { soundUrl, UrlsByHand } from './testing/urls-by-hand.ts';

const BROKEN = 'data:audio/wav,broken';

// A video may play without a gesture when it is muted, a sound may not; for both the rest is the same.
@Component({
  imports: [ResourceSrc],
  template: `<video
    [resourceSrc]="ref()"
    [resourceFallback]="fallback()"
    #sound="resourceSrc"
    muted
    preload="auto"
  ></video>`,
})
class Sound {
  readonly ref = signal<string | undefined>('public/a.wav');
  readonly fallback = signal<string | undefined>(undefined);
  readonly directive = viewChild.required<ResourceSrc>('sound');
}

@Component({
  imports: [ResourceSrc],
  template: `
    <video #video muted preload="auto">
      @for (ref of refs(); track ref) {
        <source [resourceSrc]="ref" />
      }
    </video>
  `,
})
class Film {
  readonly refs = signal(['public/a.webm']);
}

describe('A video or audio with resourceSrc', () => {
  const made: string[] = [];
  const sound = (seconds = 30) => {
    const url = soundUrl(seconds);
    made.push(url);
    return url;
  };

  afterEach(() => made.splice(0).forEach((url) => URL.revokeObjectURL(url)));

  function configure() {
    const urls = new UrlsByHand();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideResourceUrls({ api: '/api/resources', fallback: '/assets/nobody.svg' }),
        { provide: ResourceUrlService, useValue: urls },
      ],
    });
    return urls;
  }

  async function render({ playing = false } = {}) {
    const urls = configure();
    const fixture = TestBed.createComponent(Sound);
    fixture.detectChanges();
    const video = (fixture.nativeElement as HTMLElement).querySelector('video')!;
    video.muted = true;
    const first = sound();
    urls.hand(first);
    await next(video, 'loadeddata');
    if (playing) await video.play();
    video.currentTime = 12;
    video.playbackRate = 1.5;
    video.volume = 0.25;
    await next(video, 'seeked');
    const { componentInstance: page } = fixture;
    return { urls, fixture, video, first, page, directive: page.directive() };
  }

  function expectPlace(video: HTMLMediaElement) {
    expect(video.currentTime).toBeGreaterThanOrEqual(12);
    expect(video.currentTime).toBeLessThan(20);
    expect(video.playbackRate).toBe(1.5);
    expect(video.volume).toBe(0.25);
  }

  it('asks for URLs that are renewed in time', async () => {
    const { urls, directive } = await render();
    expect(urls.options).toEqual({ keepFresh: true });
    expect(directive.state()).toBe('ready');
  });

  it('takes a new URL while it is paused, and stays paused where it was', async () => {
    const { urls, video, directive } = await render();
    const url = sound();
    urls.hand(url);
    expect(video.src).toBe(url);
    await next(video, 'seeked');
    expectPlace(video);
    expect(video.paused).toBeTrue();
    expect(directive.state()).toBe('ready');
  });

  it('is not interrupted while it plays: the new URL comes at the next pause', async () => {
    const { urls, video, first } = await render({ playing: true });
    const url = sound();
    urls.hand(url);
    expect(video.src).toBe(first);
    await next(video, 'timeupdate');
    expect(video.src).toBe(first);
    expect(video.paused).toBeFalse();
    video.pause();
    await next(video, 'emptied');
    expect(video.src).toBe(url);
    await next(video, 'seeked');
    expectPlace(video);
    expect(video.paused).toBeTrue();
  });

  it('takes the newest of several URLs that came while it played', async () => {
    const { urls, video } = await render({ playing: true });
    urls.hand(sound());
    const newest = sound();
    urls.hand(newest);
    video.pause();
    await next(video, 'loadedmetadata');
    expect(video.src).toBe(newest);
  });

  it('takes a new URL at its end', async () => {
    const { urls, video } = await render({ playing: true });
    const url = sound();
    urls.hand(url);
    video.currentTime = 29.9;
    await next(video, 'emptied');
    expect(video.src).toBe(url);
    await next(video, 'seeked');
    expect(video.paused).toBeTrue();
  });

  it('goes on playing where it was, with the URL that came meanwhile, when the old one breaks', async () => {
    const { urls, video } = await render({ playing: true });
    const url = sound();
    urls.hand(url);
    breakNow(video);
    expect(urls.reports).toEqual([]);
    expect(video.src).toBe(url);
    await next(video, 'seeked');
    expectPlace(video);
    expect(video.paused).toBeFalse();
  });

  it('asks once for another URL when the old one breaks, and goes on playing where it was', async () => {
    const { urls, video, directive } = await render({ playing: true });
    // As Chromium's own controls do.
    video.addEventListener('error', () => video.pause());
    breakNow(video);
    expect(urls.reports).toEqual(['broken']);
    expect(directive.state()).toBe('loading');
    urls.hand(sound());
    await next(video, 'playing');
    expectPlace(video);
  });

  it('keeps its place through a second URL that comes before the first has loaded', async () => {
    const { urls, video } = await render();
    urls.hand(sound());
    urls.hand(sound());
    await next(video, 'seeked');
    expectPlace(video);
  });

  it('does not begin to play by itself after a new URL, even with autoplay', async () => {
    const { urls, video } = await render();
    video.autoplay = true;
    urls.hand(sound());
    await next(video, 'canplaythrough');
    expect(video.paused).toBeTrue();
  });

  it('is failed when the second URL does not load, and takes no picture for a fallback', async () => {
    const { urls, video, directive } = await render();
    urls.hand(BROKEN);
    await next(video, 'error');
    urls.hand(`${BROKEN}2`);
    await next(video, 'error');
    expect(urls.reports).toEqual(['broken']);
    expect(directive.state()).toBe('failed');
    expect(video.src).toBe(`${BROKEN}2`);
  });

  it('shows a fallback of its own, and keeps its place for the URL that comes later', async () => {
    const { urls, video, directive, page, fixture } = await render();
    const fallback = sound(1);
    page.fallback.set(fallback);
    fixture.detectChanges();
    urls.hand(BROKEN);
    await next(video, 'error');
    urls.hand(`${BROKEN}2`);
    await next(video, 'error');
    expect(directive.state()).toBe('fallback');
    await next(video, 'loadedmetadata');
    expect(video.currentTime).toBe(0);
    urls.hand(sound());
    await next(video, 'seeked');
    expectPlace(video);
    expect(directive.state()).toBe('ready');
  });

  it('counts as ready when it does not load before somebody plays it', async () => {
    const urls = configure();
    const fixture = TestBed.createComponent(Sound);
    const host = fixture.nativeElement as HTMLElement;
    host.querySelector('video')!.preload = 'none';
    fixture.detectChanges();
    // Browsers load `blob:` URLs ahead nevertheless.
    urls.hand(NO_PICTURE);
    await reached(fixture.componentInstance.directive(), 'ready');
    const video = host.querySelector('video')!;
    expect(video.readyState).toBe(HTMLMediaElement.HAVE_NOTHING);
    video.muted = true;
    const broke = next(video, 'error');
    await expectAsync(video.play()).toBeRejected();
    await broke;
    expect(urls.reports).toEqual(['broken']);
  });

  it('falls silent, and forgets its place, when the reference changes', async () => {
    const { urls, video, page, fixture } = await render({ playing: true });
    page.ref.set(undefined);
    fixture.detectChanges();
    expect(video.hasAttribute('src')).toBeFalse();
    expect(video.paused).toBeTrue();
    expect(urls.subscribers).toBe(0);
    page.ref.set('public/b.wav');
    fixture.detectChanges();
    urls.hand(sound());
    await next(video, 'loadeddata');
    expect(video.currentTime).toBe(0);
    fixture.destroy();
    expect(urls.subscribers).toBe(0);
  });

  it('has a src and nothing else while rendering on the server', () => {
    TestBed.configureTestingModule({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
    const urls = configure();
    const fixture = TestBed.createComponent(Film);
    fixture.detectChanges();
    const host = fixture.nativeElement as HTMLElement;
    const load = spyOn(host.querySelector('video')!, 'load');
    urls.hand('/assets/deployed/public/a.webm');
    expect(host.querySelector('source')!.getAttribute('src')).toBe('/assets/deployed/public/a.webm');
    expect(load).not.toHaveBeenCalled();
  });

  describe('in a source of it', () => {
    async function renderFilm(refs: string[]) {
      const urls = configure();
      const fixture = TestBed.createComponent(Film);
      fixture.componentInstance.refs.set(refs);
      fixture.detectChanges();
      const host = fixture.nativeElement as HTMLElement;
      const video = host.querySelector('video')!;
      return { urls, fixture, video, sources: [...host.querySelectorAll('source')] };
    }

    it('loads the video again after every new URL, and keeps its place', async () => {
      const { urls, video, sources, fixture } = await renderFilm(['public/a.webm']);
      urls.hand(sound());
      await next(video, 'loadeddata');
      fixture.detectChanges();
      expect(sources[0]!.className).toBe('resource-ready');
      video.currentTime = 12;
      await next(video, 'seeked');
      const url = sound();
      urls.hand(url);
      await next(video, 'seeked');
      expect(video.currentSrc).toBe(url);
      expect(video.currentTime).toBe(12);
    });

    it('is replaced when it does not load', async () => {
      const { urls, video, sources } = await renderFilm(['public/a.webm']);
      urls.hand(BROKEN);
      await next(sources[0]!, 'error');
      expect(urls.reports).toEqual(['broken']);
      urls.hand(sound());
      await next(video, 'loadeddata');
      expect(sources[0]!.src).toBe(video.currentSrc);
    });

    it('is replaced when the video breaks while it plays', async () => {
      const { urls, video, fixture } = await renderFilm(['public/a.webm']);
      urls.hand(sound());
      await next(video, 'loadeddata');
      breakNow(video);
      expect(urls.reports).toEqual(['broken']);
      const url = sound();
      urls.hand(url);
      await next(video, 'loadeddata');
      expect(video.currentSrc).toBe(url);
      fixture.componentInstance.refs.set([]);
      fixture.detectChanges();
      breakNow(video);
      expect(urls.reports.length).toBe(1);
    });

    it('does not disturb another source that works', async () => {
      const { urls, video, sources, fixture } = await renderFilm(['public/a.webm']);
      const works = document.createElement('source');
      works.src = sound();
      video.append(works);
      urls.hand(BROKEN);
      await next(video, 'loadeddata');
      expect(video.currentSrc).toBe(works.src);
      const load = spyOn(video, 'load');
      urls.hand(`${BROKEN}2`);
      fixture.detectChanges();
      expect(load).not.toHaveBeenCalled();
      expect(sources[0]!.className).toBe('resource-ready');
    });
  });

  /** What the network does to a URL that expires on seek, as the browser tells it. */
  function breakNow(media: HTMLMediaElement) {
    Object.defineProperty(media, 'error', {
      value: { code: MediaError.MEDIA_ERR_NETWORK },
      configurable: true,
    });
    media.dispatchEvent(new Event('error'));
    delete (media as { error?: unknown }).error;
  }
});
