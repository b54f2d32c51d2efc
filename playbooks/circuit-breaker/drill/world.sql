-- The state of the backend's circuit breaker. It is open when the drill begins.
CREATE TABLE breaker (is_open boolean NOT NULL);
INSERT INTO breaker VALUES (true);
