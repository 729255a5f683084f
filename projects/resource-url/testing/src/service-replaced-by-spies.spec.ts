import { AsyncPipe } from '@angular/common';
import { Component, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ResourceUrlService } from '@countersign/angular';
import { of } from 'rxjs';

@Component({
  imports: [AsyncPipe],
  template: `
    @for (name of names; track name) {
      <img [src]="resourceUrlService.getTeamMemberPhotoUrl(name) | async" alt="" />
    }
  `,
})
class TeamComponent {
  readonly names = ['avatar-2.jpg', 'avatar-5.jpg'];
  resourceUrlService = inject(ResourceUrlService);
}

describe('A component whose ResourceUrlService is a handful of spies', () => {
  const spies = () => {
    const service = jasmine.createSpyObj<ResourceUrlService>('ResourceUrlService', ['getTeamMemberPhotoUrl']);
    service.getTeamMemberPhotoUrl.and.callFake((name) => of(`data:,mock/${name}`));
    return service;
  };

  const shown = (host: unknown) =>
    [...(host as HTMLElement).querySelectorAll('img')].map((image) => image.src);

  it('shows what the spies answer, without provideResourceUrls', async () => {
    const service = spies();
    TestBed.configureTestingModule({ providers: [{ provide: ResourceUrlService, useValue: service }] });
    const fixture = TestBed.createComponent(TeamComponent);
    await fixture.whenStable();
    expect(shown(fixture.nativeElement)).toEqual(['data:,mock/avatar-2.jpg', 'data:,mock/avatar-5.jpg']);
    expect(service.getTeamMemberPhotoUrl).toHaveBeenCalledWith('avatar-2.jpg');
  });

  it('takes the spies by assignment too, before it is shown', async () => {
    TestBed.configureTestingModule({ providers: [{ provide: ResourceUrlService, useValue: undefined }] });
    const fixture = TestBed.createComponent(TeamComponent);
    fixture.componentInstance.resourceUrlService = spies();
    await fixture.whenStable();
    expect(shown(fixture.nativeElement)[0]).toContain('mock/avatar-2.jpg');
  });
});
