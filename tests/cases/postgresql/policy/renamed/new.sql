CREATE TABLE u (b integer);
CREATE POLICY above ON u FOR UPDATE USING (b > 0) WITH CHECK (u.b > 1);
COMMENT ON POLICY above ON u IS 'a policy';
