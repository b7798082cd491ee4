DROP INDEX "audit_by_time";--> statement-breakpoint
CREATE INDEX "audit_by_time" ON "audit_events" USING btree ("at") WHERE "searchable" = 1;