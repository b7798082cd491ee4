DROP INDEX "city_members_by_guardian";--> statement-breakpoint
DROP INDEX "city_outbox_by_state";--> statement-breakpoint
DROP INDEX "city_outbox_by_batch";--> statement-breakpoint
DROP INDEX "city_outbox_by_time";--> statement-breakpoint
DROP INDEX "city_residents_by_guardian";--> statement-breakpoint
CREATE INDEX "city_members_by_guardian" ON "city_members" USING btree ("consented_by") WHERE "city_members"."consented_by" is not null;--> statement-breakpoint
CREATE INDEX "city_outbox_by_state" ON "city_outbox" USING btree ("state","id") WHERE "city_outbox"."state" <> 'accepted';--> statement-breakpoint
CREATE INDEX "city_outbox_by_batch" ON "city_outbox" USING btree ("cd_batch","id") WHERE "city_outbox"."cd_batch" is not null;--> statement-breakpoint
CREATE INDEX "city_outbox_by_time" ON "city_outbox" USING btree ("cd_time") WHERE "city_outbox"."state" = 'accepted';--> statement-breakpoint
CREATE INDEX "city_residents_by_guardian" ON "city_residents" USING btree ("guardian_id") WHERE "city_residents"."guardian_id" is not null;